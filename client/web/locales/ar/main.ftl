# الإطار
window = دفتر
window-unlock = البداية
window-cases = قائمة
window-waiting = الصادر
window-statistics = أرقام
window-people = أشخاص
window-teams = مجموعات
window-settings = الإعدادات
window-help = مساعدة
window-failure = رسالة
skip = الانتقال إلى المحتوى
places = الصفحات
place-cases = الملفات
place-waiting = في الانتظار
place-statistics = الإحصاءات
place-people = الأشخاص
place-teams = الفرق
place-settings = الإعدادات
place-help = المساعدة
lock = قفل
leave = خروج سريع
back-to-start = العودة إلى البداية
pages = الصفحات
page-before = السابقة
page-after = التالية
save = حفظ
cancel = إلغاء
edit = تعديل
yes = نعم
no = لا
not-said = غير محدد

# فتح القفل
unlock-title = فتح القفل
unlock-passphrase = عبارة المرور لهذا الجهاز
unlock-button = فتح القفل
unlock-hint = يبقى كل شيء على هذا الجهاز إلى أن يُختم. لا يستطيع أحد قراءة عبارة المرور ولا إعادة تعيينها.
draft-kept = ما كُتب محفوظ في هذه الصفحة ويعود بعد فتح القفل.
draft-title = ما كُتب لا يزال هنا
draft-words = لم يُحفظ لأن البرنامج كان قد أقفل نفسه. يرجى مراجعته ثم إرساله.
draft-send = حفظ الآن

# الملفات
search = بحث
search-label = البحث في ملفات هذا الجهاز
new-case = ملف جديد
cases-empty = لا توجد ملفات بعد. يمكن فتح أول ملف.
cases-not-found = لا شيء على هذا الجهاز يحتوي هذه الكلمات.
cases-no-team = حسابك ليس في أي فريق، فلا توجد ملفات لعرضها. مهمتك رعاية الأشخاص والفرق.
cases-count = { $n ->
    [one] ملف واحد
    [two] ملفان
    [few] { $n } ملفات
   *[other] { $n } ملفًا
}
status-active = مفتوح
status-closed = مغلق
status-followup = متابعة
status-closedreferred = مغلق ومحال
sync-now = تجري المزامنة…
sync-done = محدَّث.
sync-offline = لا يوجد اتصال. ما يُكتب يُحفظ على هذا الجهاز ويُرسل لاحقًا.
sync-failed = فشلت المزامنة. ما كُتب محفوظ على هذا الجهاز.
sync-last = آخر مزامنة
sync-waits = { $n ->
    [one] عنصر واحد ينتظر الإرسال
    [two] عنصران ينتظران الإرسال
    [few] { $n } عناصر تنتظر الإرسال
   *[other] { $n } عنصرًا ينتظر الإرسال
}
state-here = محفوظ على هذا الجهاز
state-sent = أُرسل
state-received = استُلم: فتحه { $who }

# ملف جديد
new-case-search-first = هل الملف موجود من قبل؟
case-title = الرقم المرجعي أو العنوان
case-title-hint = الأفضل رقم مرجعي مثل 2026-014، فقائمة الأسماء تُقرأ بسهولة من خلف الكتف.
case-team = الفريق
new-case-button = فتح الملف

# ملف
case-parts = أجزاء الملف
case-overview = نظرة عامة
case-sharing = الموافقة والمشاركة
case-timeline = التسلسل الزمني
case-close = إغلاق الملف
keeping-hold = محجوز بحكم القانون ولا يمكن محوه:
keeping-until = يُحفظ حتى
keeping-erasure = يُمحى بعد
documents = المستندات
documents-empty = لا توجد مستندات بعد.
document-tells = يكشف أكثر مما يُرى
profile = البيانات
notes = الملاحظات
note-new = ملاحظة جديدة
note-add = إضافة الملاحظة
section-person = الشخص
section-trafficking = ما حدث
section-referral = الإحالة
section-guardian = الوصي
section-documents-held = الوثائق التي يحملها
section-events = الأحداث
section-empty = لم يُكتب شيء هنا بعد.
more-fields = المزيد إن كان معروفًا
hint-date = YYYY-MM-DD أو ما هو معروف منه
hint-country = رمز البلد من حرفين مثل NG، وعدة رموز بينها ;
hint-language = رمز اللغة مثل ar
timeline-hint = من فعل ماذا، الأحدث أولًا. كل قيد موقَّع ومتسلسل ولا يمكن إخراج أي منها.
timeline-waits = شيء محفوظ على هذا الجهاز وليس في هذه القائمة بعد. يُوقَّع عند إرساله.
event-case-opened = فُتح الملف
event-case-summary = أُدرج في قائمة الفريق
event-fields-set = عُدّلت البيانات
event-note = أُضيفت ملاحظة
event-status-changed = تغيّرت الحالة
event-title-changed = تغيّر العنوان
event-document-added = أُضيف مستند
event-documents-opened = فُتح مستند
event-metadata-found = فُحص مستند
event-metadata-kept = تُرك المستند كما هو مع ذكر السبب
event-consent-given = سُجّلت موافقة
event-consent-withdrawn = سُحبت الموافقة
event-consent-confirmed = أُكدت الموافقة
event-share-made = تمت المشاركة
event-share-ended = انتهت المشاركة
event-document-replaced = نسخة جديدة من مستند
event-evidence-exported = صُدّرت أدلة
event-copy-made = صُنعت نسخة
event-data-given = سُلّمت نسخة إلى الشخص
event-dossier-key-given = سُلّم المفتاح إلى المتلقي
event-override-asked = طُلبت مشاركة من دون موافقة
event-override-approved = أُقرّت مشاركة من دون موافقة
event-record-set = خدمة أو تنقل أو متابعة
event-plan-made = وُضعت خطة
event-plan-approved = أُقرّت الخطة
event-legal-hold = حجز بحكم القانون
event-retention = حُددت مدة الحفظ
event-author-certificate = شارك لأول مرة
event-erasure-asked = طُلب المحو
event-erasure-confirmed = أُكد المحو
event-erasure-taken-back = أُوقف المحو
event-key-generation = تغيّرت المفاتيح
event-dossier-made = أُنشئ الملف المشارك
event-dossier-ended = انتهت المشاركة
event-dossier-answered = أُجيب

# المستندات
add-documents = إضافة مستندات
add-choose = اختيار مستندات أو إفلاتها هنا
add-progress = مقدار ما قُرئ
add-button = إضافة
add-hint = يُختم كل مستند على هذا الجهاز قبل إرسال أي شيء. الملفات المختارة تبقى في مكانها، ويمكن حذفها يدويًا عند الحاجة.
added-count = { $n ->
    [0] لم يُضف شيء
    [one] أُضيف مستند واحد
    [two] أُضيف مستندان
    [few] أُضيفت { $n } مستندات
   *[other] أُضيف { $n } مستندًا
}
added-waits = ما هو محفوظ على هذا الجهاز يُرسل تلقائيًا عند توفر الاتصال.
add-more = إضافة المزيد
back-to-case = العودة إلى الملف
document-opened = من فتحه
document-digest = SHA-256
document-more = { $n ->
    [one] صفحة واحدة أخرى غير معروضة.
    [two] صفحتان أخريان غير معروضتين.
    [few] { $n } صفحات أخرى غير معروضة.
   *[other] { $n } صفحة أخرى غير معروضة.
}

# الإعدادات
settings-language = اللغة
settings-theme = الألوان
theme-system = كما في النظام
theme-light = فاتح
theme-dark = داكن

# المساعدة
help-states = ما معنى «محفوظ على هذا الجهاز» و«أُرسل» و«استُلم»؟
    .answer = محفوظ على هذا الجهاز: مختوم هنا وليس في أي مكان آخر، فيجب الحفاظ على الجهاز. أُرسل: أكد الخادم أنه عنده. استُلم: فتحه أحد الزملاء، وذلك مسجَّل.
help-offline = هل يمكن العمل من دون اتصال؟
    .answer = نعم. البحث وفتح الملفات والكتابة وإضافة المستندات. كل ذلك ينتظر على هذا الجهاز ويُرسل تلقائيًا عند توفر الاتصال.
help-lock = ماذا يفعل القفل؟
    .answer = تغادر المفاتيح الذاكرة وتُطلب عبارة المرور من جديد. ويقفل البرنامج نفسه أيضًا بعد عشر دقائق من دون استعمال. ما كُتب يبقى في الصفحة.
help-leave = ماذا يفعل الخروج السريع؟
    .answer = يقفل فورًا ويعرض صفحة فارغة. والضغط على Escape ثلاث مرات يفعل الشيء نفسه.
help-document = لماذا يُعرض المستند كصورة؟
    .answer = قد يحمل المستند برامج ضارة. لذلك يُرسم من جديد كصور على هذا الجهاز، ولا يصل منه شيء آخر إلى المتصفح. والاطلاع عليه مسجَّل في الملف.
help-consent = لماذا لا تمكن المشاركة من دون موافقة؟
    .answer = المشاركة تتبع الموافقة: ما اتُّفق عليه فقط، ومع من اتُّفق عليه فقط، وحتى اليوم المتفق عليه فقط. وسحبها ينهيها فورًا.
help-metadata = ما معنى «يكشف أكثر مما يُرى»؟
    .answer = قد تحمل الصورة أو الملف مكانًا أو جهازًا أو اسم كاتب لا يُرى. قبل المشاركة تُصنع نسخة من دون ذلك، أو يُذكر سبب مشاركته كما هو.
help-wrong = شيء ما يبدو غير سليم. ما العمل؟
    .answer = لا يُحذف شيء. يُقفل البرنامج، ويُخبَر المسؤول شخصيًا أو بالهاتف بما شوهد ومتى.

# الحقول التي يُسأل عنها أولًا
field-prs_FirstName = الاسم الأول
field-prs_SecondName = اسم العائلة
field-prs_Salutation = اللقب
field-prs_Birthdate = تاريخ الميلاد
field-prs_Gender = النوع الاجتماعي
field-prs_Citizenship = الجنسية

# الإخفاقات
failure-title = لم ينجح ذلك
failure-locked = البرنامج مقفل.
    .safe = لم يتغير شيء.
    .next = يُفتح بعبارة المرور.
failure-entry = هذا المدخل استُعمل من قبل أو أصبح قديمًا.
    .safe = لم يدخل أحد منه.
    .next = يُنهى casevault بالضغط على Ctrl-C حيث شُغّل، ثم يُشغّل casevault open من جديد.
failure-misdirected = لا يوجد شيء هنا.
    .safe = لم يُعرض شيء.
    .next = يُشغّل casevault open الذي يفتح الصفحة الصحيحة.
failure-foreign = صفحة أخرى طلبت هذا.
    .safe = لم يُعرض شيء ولم يتغير شيء.
    .next = تُغلق الصفحة التي أرسلت إلى هنا ويُتابع العمل من النافذة الأصلية.
failure-stranger = هذا المتصفح لم يدخل.
    .safe = لم يُعرض شيء.
    .next = تُستعمل النافذة التي فتحها casevault open أو يُشغّل من جديد.
failure-not-here = لا يوجد شيء في هذا العنوان.
    .safe = لم يتغير شيء.
    .next = العودة إلى البداية. العناوين جديدة في كل تشغيل.
failure-method = هذا العنوان لا يفعل ذلك.
    .safe = لم يتغير شيء.
    .next = العودة إلى البداية.
failure-malformed = تعذرت قراءة ما أُرسل.
    .safe = لم يتغير شيء.
    .next = العودة والمحاولة من جديد.
failure-too-large = هذا أكثر مما يمكن أخذه دفعة واحدة.
    .safe = لم يُضف شيء.
    .next = يُرسل أقل في كل مرة.
failure-nothing = لم يُختر شيء.
    .safe = لم يتغير شيء.
    .next = العودة واختيار شيء.
failure-unread = لم يُقرأ النص بصوت عالٍ.
    .safe = لم يُسجّل شيء.
    .next = يُقرأ أولًا ثم يُؤشَّر على ذلك أعلى النموذج.
failure-internal = أخطأ البرنامج.
    .safe = ما حُفظ من قبل آمن.
    .next = المحاولة من جديد، وإخبار المسؤول إذا تكرر ذلك.
failure-no-profile = لا يوجد ملف تعريف على هذا الجهاز.
    .safe = لم يُفعل شيء.
    .next = الانضمام بالرمز الذي أُعطي: casevault join.
failure-in-use = برنامج آخر يستعمل ملف التعريف.
    .safe = لم يتغير شيء.
    .next = تُغلق النافذة الأخرى أو الأمر الآخر ثم تُعاد المحاولة.
failure-permissions = قد يستطيع مستخدمون آخرون لهذا الحاسوب قراءة مجلد ملف التعريف.
    .safe = لم يُفتح.
    .next = يُطلب ممن يرعى الحاسوب إغلاقه أمام الآخرين، ويُنظر هل نسخه أحد.
failure-wrong-passphrase = عبارة المرور غير صحيحة.
    .safe = ملف التعريف مقفل ولم يتغير.
    .next = المحاولة من جديد مع التحقق من لغة لوحة المفاتيح ومن زر الأحرف الكبيرة.
failure-wait = عبارات مرور غير صحيحة أكثر من اللازم.
    .safe = ملف التعريف مقفل ولم يتغير.
    .next = الانتظار { $detail } ثانية ثم المحاولة من جديد.
failure-wiped = كانت عبارة المرور خاطئة أكثر مما يُسمح به فأُتلف ملف التعريف كما كان قد اختير.
    .safe = ما أُرسل آمن.
    .next = تُطلب دعوة جديدة من المسؤول.
failure-key-store = مخزن المفاتيح في هذا الحاسوب مقفل أو لا يستجيب.
    .safe = ملف التعريف مقفل ولم يتغير.
    .next = يُفتح مخزن المفاتيح ثم تُعاد المحاولة.
failure-system-secret = مخزن المفاتيح في هذا الحاسوب ليس فيه ما يفتح ملف التعريف.
    .safe = ملف التعريف مقفل ولم يتغير.
    .next = الدخول باسم صاحب ملف التعريف وعلى حاسوبه.
failure-damaged = ملفات ملف التعريف تالفة أو من إصدار آخر.
    .safe = لم يتغير شيء، وما أُرسل آمن.
    .next = يُترك المجلد كما هو ويُسأل المسؤول.
failure-not-approved = لم تتم الموافقة على هذا الجهاز بعد.
    .safe = لم يُفقد شيء.
    .next = يُطلب ممن أعطى الرمز أن يوافق عليه.
failure-unknown = ما يتعلق به الأمر غير موجود أو غير متاح لك.
    .safe = لم يتغير شيء.
    .next = المزامنة ثم البحث عنه من جديد.
failure-ambiguous = أكثر من شيء واحد له هذا الاسم.
    .safe = لم يتغير شيء.
    .next = يُختار من القائمة.
failure-unknown-field = لا يوجد حقل { $detail }.
    .safe = لم يُكتب شيء.
    .next = يُترك فارغًا وتُكتب ملاحظة.
failure-unknown-code = ما كُتب في { $detail } ليس من قيمه.
    .safe = لم يُكتب شيء.
    .next = يُختار من القائمة أو الرمز المذكور في التلميح.
failure-not-a-date = ما كُتب في { $detail } ليس تاريخًا.
    .safe = لم يُكتب شيء.
    .next = يُكتب هكذا 2026-11-28، أو 2026-11 أو 2026 إن لم يُعرف أكثر.
failure-not-a-number = ما كُتب في { $detail } ليس رقمًا.
    .safe = لم يُكتب شيء.
    .next = تُكتب أرقام فقط.
failure-too-long = ما كُتب في { $detail } أطول من اللازم.
    .safe = لم يُكتب شيء.
    .next = يُختصر أو تُكتب ملاحظة.
failure-text = شيء لازم فارغ، أو نص أطول من اللازم.
    .safe = لم يُكتب شيء.
    .next = يُملأ الناقص، وتوضع النصوص الطويلة في مستند.
failure-file = تعذرت قراءة ملف أو كتابته على هذا الجهاز.
    .safe = ما حُفظ من قبل آمن.
    .next = التحقق من القرص ومن حق الكتابة ثم المحاولة من جديد.
failure-file-changed = تغيّر الملف أثناء قراءته.
    .safe = لم يُضف.
    .next = يُغلق البرنامج الذي يكتبه ثم يُضاف من جديد.
failure-disk-full = قرص هذا الجهاز ممتلئ.
    .safe = ما حُفظ من قبل آمن، والخطوة الأخيرة لم تتم.
    .next = تُفرَّغ مساحة ثم تُعاد المحاولة.
failure-unreachable = تعذر الوصول إلى خادم.
    .safe = ما على هذا الجهاز آمن، وما يمكنه الانتظار ينتظر.
    .next = التحقق من الاتصال ثم المحاولة من جديد.
failure-server = رفض خادم.
    .safe = ما كُتب لا يزال على هذا الجهاز.
    .next = المزامنة، وإن تكرر الرفض يُسأل المسؤول.
failure-leaves-empty = لن يبقى أحد في { $detail } ليفتح ملفاته.
    .safe = لم يتغير شيء.
    .next = يُضاف شخص إلى الفريق أولًا.
failure-not-allowed = دورك أو عضويتك في الفرق لا يسمحان بهذا.
    .safe = لم يتغير شيء.
    .next = يُسأل المسؤول أو أحد أعضاء الفريق.
failure-name-taken = هذا الاسم مستعمل من قبل.
    .safe = لم يتغير شيء.
    .next = يُختار اسم آخر.
failure-removed = أُزيل هذا الجهاز أو صاحبه من المنظمة.
    .safe = لم يعد يفتح أو يستلم أو يرسل شيئًا.
    .next = يُسأل المسؤول بطريق موثوق هل ذلك صحيح.
failure-copied = هذه نسخة من جهاز أو حالة أقدم منه.
    .safe = لم يُرسل شيء، وما فيه يبقى مقروءًا هنا.
    .next = يُخبَر المسؤول ويُلغى هذا الجهاز.
failure-unsendable = البيانات المختومة لمستند ينتظر هنا تالفة أو مفقودة.
    .safe = لم يُرسل، وكل ما عداه أُرسل أو سيُرسل.
    .next = يُضاف الملف من جديد.
failure-travels = هذا ملف تعريف للسفر، للقراءة فقط.
    .safe = لم يتغير شيء.
    .next = يُستعمل ملف التعريف الذي صُنع منه.
failure-verification = ما أرسله خادم لا يمكن التحقق منه: عُبث به أو أُعيد إلى الوراء أو تلف.
    .safe = لم يُكتب منه شيء ولم يُعرض.
    .next = يُخبَر المسؤول بطريق لا يمر بهذه الخوادم.
failure-conflict = غيّر آخرون الشيء نفسه في هذه الأثناء.
    .safe = ما كُتب لا يزال على هذا الجهاز.
    .next = المزامنة ثم المحاولة من جديد.
failure-randomness = لم يعطِ النظام أرقامًا عشوائية.
    .safe = لم يُصنع مفتاح ولم يتغير شيء.
    .next = يُعاد تشغيل الحاسوب ولا تُحفظ عليه ملفات حتى يُصلح ذلك.
failure-store = فشلت قاعدة البيانات على هذا الجهاز.
    .safe = ما حُفظ من قبل آمن، والخطوة الأخيرة لم تتم.
    .next = التحقق من القرص ثم المحاولة من جديد.
failure-no-key = ليست على هذا الجهاز مفاتيح الفريق.
    .safe = لم يتغير شيء.
    .next = يُطلب من أحد الأعضاء أن يزامن ثم تجري المزامنة هنا.
failure-no-consent = لا توجد موافقة سارية تشمل هذا.
    .safe = لم تتم مشاركة شيء.
    .next = تُسجَّل موافقة تشمله أو تُقلَّل المشاركة.
failure-key-due = على الفريق الآخر أن يأخذ مفتاحًا جديدًا أولًا.
    .safe = لم تتم مشاركة شيء.
    .next = يُطلب من أحد أعضائه أن يزامن ثم تُعاد المحاولة.
failure-old-head = ما يعرفه هذا الجهاز عن المنظمة قديم جدًا، أو ساعته غير صحيحة.
    .safe = لم تتم مشاركة شيء.
    .next = التحقق من الساعة ثم المزامنة والمحاولة من جديد.
failure-partner = المنظمة الشريكة غير مؤكدة.
    .safe = لم تتم مشاركة شيء.
    .next = يُطلب من المسؤول مقارنة رقم الأمان مع الشريك.
failure-partner-unreachable = تعذر الوصول إلى خادم الشريك.
    .safe = ما بدأ يستمر تلقائيًا.
    .next = المزامنة لاحقًا.
failure-metadata = هذه المستندات تكشف أكثر مما يُرى: { $detail }
    .safe = لم تتم مشاركة شيء.
    .next = تُشارَك نسخ من دون ذلك، أو يُكتب أدناه سبب مشاركتها كما هي.
failure-picture-kind = هذا النوع من المستندات لا يُعرض هنا.
    .safe = المستند كما كان.
    .next = تُعرض الصور (JPEG وPNG) وملفات PDF. غيرها يُؤخذ بالأمر casevault doc get ويُفتح بحذر.
failure-picture-encrypted = هذا الملف PDF يطلب كلمة مرور خاصة به.
    .safe = المستند كما كان.
    .next = يُطلب ممن صنعه ملف من دون كلمة مرور.
failure-picture-large = هذا المستند أكبر من أن يُعرض هنا.
    .safe = المستند كما كان.
    .next = يُؤخذ بالأمر casevault doc get.
failure-picture-slow = استغرق رسم هذا المستند وقتًا طويلًا.
    .safe = المستند كما كان.
    .next = يُؤخذ بالأمر casevault doc get ويُفتح بحذر.
failure-picture-damaged = هذا المستند تالف أو ليس ما يدّعي أنه هو.
    .safe = المستند كما كان.
    .next = تُطلب نسخة أخرى ممن أعطاه.
failure-held = القانون يحجز هذا الملف.
    .safe = لم يتغير شيء.
    .next = يُسأل المشرف.
failure-other = لا يمكن فعل هذا هنا.
    .safe = لم يتغير شيء.
    .next = يُستعمل سطر الأوامر الذي يقول أكثر: casevault help.

# الموافقة والمشاركة
consents = الموافقة
consents-empty = لا توجد موافقة مسجَّلة. لا تمكن مشاركة شيء قبل ذلك.
consent-new = تسجيل موافقة
consent-script = يُقرأ هذا بصوت عالٍ أولًا
consent-language = لغة القراءة
consent-read = قرأته بصوت عالٍ وفُهم
consent-by = من يوافق
by-survivor = الشخص نفسه
by-guardian = الوصي عليه
by-assent = قاصر يوافق أيضًا
by-legal-basis = لا أحد: القانون يسمح
consent-basis = اسم الوصي أو القانون
consent-purpose = لأي غرض
consent-to = مع من
consent-no-team = لا يوجد فريق آخر تمكن المشاركة معه.
consent-documents = أي المستندات
consent-fields = أي أجزاء البيانات
consent-until = حتى
consent-record = تسجيل الموافقة
consent-withdraw = سحب
consent-in-force = سارية
consent-withdrawn = مسحوبة
consent-expired = منتهية
consent-unconfirmed = يجب أن يؤكدها شخص ثانٍ
shares = ما تمت مشاركته
shares-hint = ما شوهد لا يمكن محوه من الذاكرة، وإنهاؤها يمنع قراءته من جديد.
shares-empty = لا شيء مشارَك.
share = مشاركة
share-title = مشاركة من أجل:
share-hint = هنا ما اتُّفق عليه فقط. تنتهي تلقائيًا في
share-unseen = ما شوهد لا يمكن محوه من الذاكرة.
share-button = مشاركة الآن
share-keep = سبب مشاركة هذه المستندات كما هي
share-end = إنهاء
share-opened = فُتح:
share-overridden = من دون موافقة
sharing-unsent = لم تُرسل بعد
sharing-not-allowed = غير مسموح، ولم تُرسل إلى أحد
sharing-sent = أُرسلت
sharing-accepted = قُبلت
sharing-rejected = لم تُقبل
sharing-done = تمت
sharing-withdrawn = سُحبت
sharing-expired = انتهت مدتها
sharing-ended = انتهت
sharing-unreadable = لا يمكن قراءتها

# في الانتظار
synchronise = مزامنة الآن
alarms = ما لوحظ
alarm-noticed = لوحظ في
alarm-next = يُخبَر المسؤول بطريق لا يمر بهذه الخوادم.
alarm-rollback = يعرض خادم حالة أقدم مما عرض من قبل.
alarm-fork = يوجد تاريخان يستبعد أحدهما الآخر.
alarm-log = سجل المنظمة لا يمكن التحقق منه.
alarm-commit = رُفض تغيير في فريق لأن أحدًا ممن يحق له لم يطلبه.
alarm-void = أُعلن بطلان تغيير في فريق.
alarm-journal = قيد لا يمكن التحقق منه.
alarm-missing = ليس في الخزنة ما كانت قد أكدته.
alarm-unsendable = مستند ينتظر على هذا الجهاز تالف. يُضاف من جديد.
alarm-document = كتب جهاز أحد الزملاء مستندًا ليس ما يدّعي.
alarm-claim = فريقان يدّعيان ملفًا بالرقم نفسه.
alarm-history = الطريق إلى مفاتيح فريق الأقدم مفقود.
alarm-deletion = طلب أحد من الخزنة حذف ما لم يمحُه أحد. لا يزال محفوظًا.
alarm-heads = ترك جهاز أحد الزملاء تسجيلًا غير مقروء وتم تجاوزه.
alarm-sealing-key = يذكر السجل مفتاحًا ليس عند الفريق.
alarm-revocation = جهاز أُزيل لا يزال في مجموعة فريق.
alarm-recovery-key = لا يمكن ختم شيء لمفتاح الاستعادة.
alarm-partner-log = سجل شريك لا يمكن التحقق منه.
alarm-partner-root = سُمّيت منظمة أخرى مكان شريك.
alarm-consent = يقول ملف إنه يشارك ما لم يسمح به أحد. لم يُرسل إلى أحد.
alarm-approval = وافق على خطة من لا يحق له. لا يُعتد بذلك.
alarm-removed = أُزيل هذا الجهاز.
alarm-copied = استُعملت نسخة من هذا الجهاز.
unsent = ينتظر الإرسال
unsent-empty = لا شيء ينتظر. أُرسل كل شيء.
dossiers = مشارَك معك
dossiers-empty = لا أحد يشارك شيئًا مع فرقك.
dossier-from = من
dossier-answer = الجواب
dossier-reason = كلمة إلى المرسل
dossier-documents-hint = يُؤخذ المستند بالأمر casevault dossier get.
answer-accepted = قبول
answer-rejected = عدم قبول
answer-done = تم

# الإحصاءات
statistics-words = أرقام بلا أسماء. يُغيَّر كل عدد قليلًا بالمصادفة حتى لا يمكن التعرف على أحد من خلاله.
statistics-period = الفترة
statistics-show = عرض
statistics-choose = تُختار فترة.
statistics-too-few = عدد الملفات المحسوبة قليل جدًا. لا يُنشر شيء.
statistics-not-closed = لا توجد أرقام لهذه الفترة بعد. يغلقها المحلل عند انتهائها.
statistics-what = ماذا
statistics-cases = الملفات
statistics-error = الخطأ الممكن
statistics-bar = رسم
statistics-suppressed = { $n ->
    [one] عدد واحد أصغر من أن يُعرض.
    [two] عددان أصغر من أن يُعرضا.
    [few] { $n } أعداد أصغر من أن تُعرض.
   *[other] { $n } عددًا أصغر من أن يُعرض.
}
statistics-method = كيف أُعدت

# الأشخاص والأجهزة
people = الأشخاص
devices = الأجهزة
standing-pending = ينتظر
standing-active = عضو
standing-removed = أُزيل
role-administrator = إدارة
role-caseworker = متابعة الملفات
role-supervisor = إشراف
role-legal = شؤون قانونية
role-analyst = تحليل
device-here = هذا الجهاز
device-revoke = إلغاء
invite = دعوة شخص
invite-name = الاسم
invite-role = الدور
invite-button = إنشاء رمز
invite-code = يُعطى هذا الرمز لهذا الشخص وحده بطريق موثوق
invite-once = يُعرض مرة واحدة ويصلح مرة واحدة. ثم تتم الموافقة هنا.
approve-all = الموافقة على المنتظرين
approved-count = { $n ->
    [0] لم تتم الموافقة على أحد
    [one] تمت الموافقة على شخص واحد
    [two] تمت الموافقة على شخصين
    [few] تمت الموافقة على { $n } أشخاص
   *[other] تمت الموافقة على { $n } شخصًا
}

# الفرق
teams-hint = يقرأ الفريق ملفاته ولا يقرؤها غيره: لا الإدارة ولا أي خادم.
teams-empty = لا توجد فرق بعد.
team-frozen = مجمَّد
team-requested = ينتظر جهاز أحد الأعضاء
team-new = إنشاء فريق
team-name = اسم الفريق
team-members = الأعضاء
team-create = إنشاء الفريق
team-add = شخص آخر
team-add-button = إضافة
team-remove = إخراج
team-rotate = تغيير مفاتيحه
