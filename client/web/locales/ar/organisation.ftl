# القفل وما لوحظ
unlock-windows = بلا برامج نصية تبقى النوافذ الأخرى تعرض ما كانت تعرضه: تُغلق.
alarm-times = { $n ->
    [one] مرة واحدة
    [two] مرتين
    [few] { $n } مرات
   *[other] { $n } مرة
}
alarm-seen = تم الاطلاع
alarm-go-on = المتابعة من دونه
alarm-without = قد يرفض الزملاء الذين لديهم الناقص ما يُكتب بعده. يُسألون أولًا.
alarm-stays = يبقى هذا حتى يُصلَح.
notice-look = الاطلاع عليه
notice-device-added = أُضيف جهاز آخر لـ { $who }.
notice-device-revoked = أُلغي جهاز لـ { $who }.
notice-recovery-policy = توجد قواعد جديدة لمن يستطيع فتح فريق فقد أجهزته.
notice-recovery-announced = أعلن { $who } أن الفريق { $team } سيُفتح بالاسترجاع.
notice-recovery-opened = فُتح الفريق { $team } بالاسترجاع كما أعلن { $who }.

# إعدادات هذا الجهاز
settings-idle = القفل التلقائي عند عدم الاستعمال مدة
settings-minutes = { $n ->
    [one] دقيقة واحدة
    [two] دقيقتان
    [few] { $n } دقائق
   *[other] { $n } دقيقة
}
settings-passphrase = تغيير عبارة المرور
passphrase-old = عبارة المرور الحالية
passphrase-change = تغييرها
passphrase-changed = تم تغيير عبارة المرور.
passphrase-copies = تبقى العبارة القديمة تفتح النسخ القديمة من ملفات هذا الجهاز، كالنسخ الاحتياطية. تُتلف إن كان أحد قد يعرفها.
protect = عبارات المرور الخاطئة
protect-words = كل عبارة خاطئة تطيل انتظار التالية. وإن اختير ذلك فإن كثرتها تُتلف ما على هذا الجهاز.
protect-choose = إتلاف ما على هذا الجهاز
protect-never = أبدًا
protect-after = { $n ->
    [one] بعد واحدة
    [two] بعد اثنتين متتاليتين
    [few] بعد { $n } متتالية
   *[other] بعد { $n } متتالية
}
wipe = إتلاف كل ما على هذا الجهاز
wipe-words = تُتلف المفاتيح أولًا، فلا يُفتح شيء هنا بعد ذلك. ما أُرسل يبقى في الخزنة، وما ينتظر الإرسال يضيع.
wipe-sure = أريد ذلك. لا رجوع فيه.
wipe-button = الإتلاف الآن
travel = ملفات تُحمل عبر الحدود
travel-words = يُنسخ نص الملفات المختارة إلى مجلد خاص ليُقرأ هناك بعبارة مرور خاصة. لا يرافقه مفتاح ولا وثيقة.
travel-directory = مجلد جديد بمساره الكامل
travel-passphrase = عبارة مرور ما يُحمل، غير عبارة هذا الجهاز
travel-make = إنشاؤه
travel-hint = من يُفتح له يقرأ هذه الملفات. يُترك هذا الجهاز أو يُتلف ما عليه.
travel-made = { $n ->
    [one] فيه ملف واحد.
    [two] فيه ملفان.
    [few] فيه { $n } ملفات.
   *[other] فيه { $n } ملفًا.
}

# المنظمة
organisation-parts = أجزاء المنظمة
partners = الشركاء
recovery = الاسترجاع
log = ما حدث
size-people = { $n ->
    [one] شخص واحد
    [two] شخصان
    [few] { $n } أشخاص
   *[other] { $n } شخصًا
}
size-devices = { $n ->
    [one] جهاز واحد
    [two] جهازان
    [few] { $n } أجهزة
   *[other] { $n } جهازًا
}
size-teams = { $n ->
    [one] فريق واحد
    [two] فريقان
    [few] { $n } فرق
   *[other] { $n } فريقًا
}
invited = المدعوون
invited-device = جهاز آخر لك
invited-elsewhere = دعوة من جهاز آخر
invited-until = حتى
invited-withdraw = سحب الدعوة
approve = موافقة
approve-number = يُسأل الشخص هاتفيًا أو شخصيًا عن الرقم الذي يعرضه جهازه. ويجب أن يكون هذا:
approve-compared = قارنته كله، وهو نفسه.
approve-elsewhere = يوافق عليها من صنع هذه الدعوة، على الجهاز الذي صنعها.
approved = تمت الموافقة. يُضاف الشخص إلى فريق ليعمل.
withdrawn = تم السحب. لا ينضم بها أحد بعد الآن.
back-to-people = العودة إلى الأشخاص
devices-none = لا جهاز.
device-name = اسم الجهاز
device-further = إضافة جهاز آخر لك: اسمه
invite-again = إنشاء رمز جديد
invite-again-words = فقد هذا الشخص كل أجهزته. رمز جديد يعيده كما كان.
remove = إزالة من المنظمة
remove-words = تُرفض أجهزته منذ ذلك الحين ويغيّر كل فريق كان فيه مفاتيحه. يستمر العمل أثناء ذلك.
removal-going = العمل جارٍ: { $done } من { $n } فرق.
removal-done = تم، بقدر ما يستطيع هذا الجهاز.
removal-teams = لدى { $done } من { $n } فرق مفاتيحها الجديدة.
removal-waits = تحصل عليها البقية عندما يزامن جهاز أحد أعضائها.
removal-empty = { $n ->
    [one] فريق واحد لم يبق له جهاز: لا تُفتح ملفاته إلا بالاسترجاع.
    [two] فريقان لم يبق لهما جهاز: لا تُفتح ملفاتهما إلا بالاسترجاع.
    [few] { $n } فرق لم يبق لها جهاز: لا تُفتح ملفاتها إلا بالاسترجاع.
   *[other] { $n } فريقًا لم يبق لها جهاز: لا تُفتح ملفاتها إلا بالاسترجاع.
}
removal-freeze = إيقاف الكتابة في هذه الفرق حتى يُرفع ذلك
removal-leave-empty = حتى إن لم يبق من يفتح ملفات فريق
look-again = التحديث

# الشركاء
partners-hint = لا يُشارَك شيء مع منظمة أخرى قبل أن يقارن أشخاص من الاثنتين الرقم أدناه.
partners-empty = لا يوجد شركاء بعد.
partners-ourselves = بما يسموننا
partner-fingerprint = البصمة
partner-add = تسمية شريك
partner-add-button = تسمية
partner-number = تُقارن هذه الأرقام الستون مع أشخاص من الشريك، شخصيًا أو هاتفيًا:
partner-compared = قارنّا المجموعات الاثنتي عشرة كلها، وهي نفسها.
partner-confirm = تأكيد الشريك
partner-remove = إنهاء الشراكة
partner-added = لم يُقارن بعد
partner-confirmed = مؤكَّد
partner-removed = منتهٍ

# ما حدث في المنظمة
log-hint = الأحدث أولًا. كل قيد موقَّع ومسلسل ولا يمكن حذف أي منها.
log-root = أصل المؤسس
log-found = تأسست المنظمة.
log-add-person = { $person } عضو في المنظمة: { $role }.
log-add-device = لدى { $person } الجهاز { $device }.
log-set-role = لدى { $person } دور آخر: { $role }.
log-remove-person = أُزيل { $person } مع كل أجهزته من كل الفرق.
log-revoke-device = لم يعد الجهاز { $device } موثوقًا.
log-create-directory = يوجد دليل للأسماء.
log-create-team = يوجد فريق { $team }: { $person }.
log-create-recoverable-team = يوجد فريق { $team } يستطيع الأمناء فتحه من جديد: { $person }.
log-add-to-team = { $person } في الفريق { $team }.
log-remove-from-team = غادر { $person } الفريق { $team } الذي يغيّر مفاتيحه.
log-rotate-team = على الفريق { $team } أن يغيّر مفاتيحه.
log-freeze-team = لا تقبل الخزنة كتابة من الفريق { $team }.
log-unfreeze-team = تقبل الخزنة كتابة الفريق { $team } من جديد.
log-team-sealing-key = لدى الفريق { $team } المفتاح رقم { $number }.
log-void-commit = تغيير في الفريق { $team } باطل: رقم { $number }.
log-add-partner = { $partner } سيكون شريكًا بعد مقارنة الرقم.
log-confirm-partner = { $partner } شريك: قورن الرقم.
log-remove-partner = لم يعد { $partner } شريكًا.
log-recovery-policy = اقتُرح استرجاع بأي { $number } من: { $person }.
log-approve-recovery-policy = تمت الموافقة على الاسترجاع.
log-announce-recovery = سيُفتح الفريق { $team } بالاسترجاع على الجهاز { $device }.
log-cancel-recovery = أُلغي استرجاع معلَن.
log-recovery-opened = فُتح الفريق { $team } بالاسترجاع على الجهاز { $device }.

# فريق
team-size = { $n ->
    [one] عضو واحد
    [two] عضوان
    [few] { $n } أعضاء
   *[other] { $n } عضوًا
}
back-to-teams = العودة إلى الفرق
team-generation = رقم مفتاحه
team-nobody = لا أحد فيه.
team-keys = المفاتيح
team-keys-words = ما يُكتب بعد تغيير المفاتيح لا يُفتح لمن لديه القديمة وحدها.
team-freeze = إيقاف كل كتابة
team-lift = السماح بالكتابة من جديد
team-freeze-words = ترفض الخزنة أو تقبل ما يكتبه الأعضاء، ويبقى ما لديهم مقروءًا.
team-void = إبطال تغيير مرفوض
team-void-words = إن رفض جهاز أحد الأعضاء تغييرًا في الفريق فإنه يبطل مع كل ما بُني عليه.
team-changed = تم، أو ينتظر جهاز أحد الأعضاء.
team-recoverable = يستطيع الأمناء فتحه من جديد إن فقد كل أجهزته
team-recoverable-hint = لا يمكن اختيار هذا لاحقًا. يُحدَّد الأمناء في:

# ما يأتي ويذهب وما تم
waiting-parts = أجزاء هذه الصفحة
part-waiting = في الانتظار
part-conflicts = للقرار
part-activity = مؤخرًا
activity-words = ما تم في الملفات المقروءة على هذا الجهاز، الأحدث أولًا. السجل الموقَّع الكامل لكل ملف في خطه الزمني.
activity-none = لم يتم شيء بعد.

# تعديلان لحقل واحد
conflicts = جوابان لسؤال واحد
conflicts-words = كتبتَ أنت وزميل شيئين مختلفين في الحقل نفسه دون علم أحدكما بالآخر. يُحفظ الاثنان هنا حتى يُحدَّد الصحيح.
conflicts-none = لا شيء يحتاج إلى قرار.
conflicts-count = { $n ->
    [one] لحقل واحد جوابان.
    [two] لحقلين جوابان لكل منهما.
    [few] لـ { $n } حقول جوابان.
   *[other] لـ { $n } حقلًا جوابان.
}
conflict-mine = كُتب على هذا الجهاز
conflict-keep = هذا هو الصحيح
conflict-empty = لا شيء

# الاسترجاع
recovery-words = إن فقد فريق كل أجهزته فإن أمناءه معًا يستطيعون فتحه من جديد بأوراق، بعد تنبيه الجميع. لا يستطيع ذلك غيرهم ولا أي خادم.
recovery-none = لا استرجاع بعد: ما يضيع مع آخر جهاز للفريق يضيع نهائيًا.
recovery-unset = لا يستطيع أي أمين فتح فريق فقد أجهزته: يُعَدّ ذلك قبل أن يكون هناك ما يضيع.
policy = استرجاع
policy-waiting = ينتظر مسؤولًا آخر
policy-in-force = سارٍ
policy-threshold = { $n ->
    [one] ورقة واحدة تفتح.
    [two] أي ورقتين معًا تفتحان فريقًا.
    [few] أي { $n } أوراق معًا تفتح فريقًا.
   *[other] أي { $n } ورقة معًا تفتح فريقًا.
}
policy-trustees = الأمناء
policy-approved = وافق عليه
policy-delay = يُنبَّه الجميع مدة
policy-until = ينتهي في
policy-approve = الموافقة عليه
days = { $n ->
    [one] يوم واحد
    [two] يومان
    [few] { $n } أيام
   *[other] { $n } يومًا
}
announced = سيُفتح:
announced-by = أعلنه
announced-device = على الجهاز
announced-cancel = إيقافه
open-words = عند انتهاء أيام التنبيه تُكتب كلمات الأوراق. تكفي أربعة أحرف من كل كلمة.
open-sheet = { $n ->
    [one] كلمات الورقة الأولى
    [two] كلمات الورقة الثانية
    [few] كلمات الورقة { $n }
   *[other] كلمات الورقة { $n }
}
open-button = فتح الفريق
recovery-create = إعداد الأوراق
recovery-create-words = يحصل كل أمين على ورقة كلمات. تُعرض الأوراق مرة واحدة، واحدة تلو الأخرى؛ يلزم ورق وقلم أو طابعة خاصة.
recovery-threshold = كم ورقة تفتح فريقًا
recovery-create-button = عرض الورقة الأولى
announce = فتح فريق فقد أجهزته
announce-words = يُبلَّغ الجميع فورًا ويمكنهم إيقافه. عند انتهاء أيام التنبيه تُكتب الأوراق على الجهاز المسمى.
announce-button = إعلان ذلك
recovery-done-approve = تمت الموافقة.
recovery-done-cancel = تم الإيقاف: يبقى الفريق مغلقًا.
recovery-done-announce = تم الإعلان. تُبلَّغ كل الأجهزة.
recovery-done-open = تم الفتح: لدى هذا الجهاز مفاتيح الفريق.
sheets = أوراق الأمناء
sheets-go-on = أوراق تنتظر النقل إلى الورق: متابعة
sheets-left = { $done } من { $n } أوراق على الورق.
sheet-for = ورقة لـ
sheet-number = ورقة
sheet-keep = تُحفظ على الورق بعيدًا عن غيرها ولا تُعرض على أحد.
sheets-words = هذه الكلمات ليست في أي مكان آخر. تُنقل باليد أو تُطبع، ثم تُسأل اثنتان منها.
sheets-on-paper = نُقلت إلى الورق
sheets-proof = تُكتب كلمتان من الورقة.
sheets-word = { $n ->
    [one] الكلمة رقم 1
    [two] الكلمة رقم 2
    [few] الكلمة رقم { $n }
   *[other] الكلمة رقم { $n }
}
sheets-check = تحقق
sheets-back = عرض الورقة من جديد

# البدء من جديد
welcome-again = أو العودة بعد فقدان
welcome-again-words = إن فُقد جهازك يلغيه المسؤول ويعطيك رمزًا جديدًا: به تعود كما كنت ويعطيك فريقك مفاتيحه. وإن فقد فريقك كله أجهزته يفتحه أمناؤه بأوراقهم، ضمن «الأشخاص»، بعد الموافقة عليك. لا تُستعمل نسخة من ملفات جهاز مفقود: تُحسب للص.
welcome-again-join = العودة

# العمل من أجل الأرقام
statistics-going = العمل جارٍ: { $done } من { $n }.
statistics-done = تم.
statistics-close = إغلاق فترة
statistics-close-words = تُحسب الفترة المنتهية مرة واحدة. لا يُضاف إليها شيء ولا يُحذف بعد ذلك.
statistics-close-button = إغلاقها وحسابها
statistics-contribute = إرسال أعداد ملفاتي
statistics-contribute-words = يحدث ذلك تلقائيًا في لحظة عشوائية. هنا يمكن فعله فورًا. لا يقرأ أحد ملفًا بذلك.
statistics-contribute-button = إرسالها الآن
statistics-tables = الجداول
statistics-csv = الجداول (CSV)
statistics-json = للبرامج (JSON)
statistics-svg = الرسوم (SVG)
statistics-txt = كيف أُعدت (نص)
figures-Cases = الملفات
figures-YearOfRegistration = سنة التسجيل
figures-Gender = الجنس
figures-AgeBand = العمر عند التعرف
figures-Citizenship = الجنسية
figures-CitizenshipRegion = منطقة الجنسية
figures-CountryOfExploitation = بلد الاستغلال
figures-ExploitationRegion = منطقة الاستغلال
figures-MonthsTrafficked = أشهر الاتجار
figures-Means = وسائل السيطرة
figures-Type = نوع الاستغلال
figures-SectorOfLabour = قطاع العمل القسري
figures-TypeOfSexualExploitation = نوع الاستغلال الجنسي
figures-Recruiter = العلاقة بالمجنِّد
figures-Support = الدعم المقدَّم
figures-Movement = التنقل
figures-Reintegration = دعم إعادة الإدماج
figures-FollowUp = نتيجة آخر متابعة
counting = محسوب في الأرقام:
counting-words = يمكن ترك ملف خارج فترة حتى تُغلق. ما نُشر لا يتغير.
counting-out = تركه خارجًا
counting-in = حسابه
counting-done-out = تُرك خارجًا.
counting-done-in = حُسب.

# إخفاقات في الأشخاص والفرق والاسترجاع والخوادم
failure-uncompared = لم يقل أحد إن الرقم قورن.
    .safe = لم تتم الموافقة على أحد.
    .next = يُقارن هاتفيًا أو شخصيًا، ثم يُذكر ذلك فوق الزر.
failure-directory-taken = يوجد ملف شخصي في ذلك المجلد.
    .safe = تُرك كما هو.
    .next = يُسمى مجلد غير موجود بعد.
failure-team-taken = لفريق آخر هذا الاسم.
    .safe = لم يتغير شيء.
    .next = يُختار اسم آخر.
failure-person-taken = لشخص في المنظمة هذا الاسم، ولا يمكن التمييز بين اثنين باسم واحد.
    .safe = لم يتغير شيء.
    .next = إن كان هو العائد بلا جهاز تُفتح صفحته ويُصنع رمز جديد هناك. وإن كان غيره يُختار اسم آخر.
failure-unsure = لم يقل أحد إن ذلك مقصود.
    .safe = لم يُتلف شيء.
    .next = يُرجع ويُذكر ذلك فوق الزر.
failure-typed-back = ليست هذه كلمات الورقة.
    .safe = ما زالت الورقة هنا.
    .next = يُنظر في الورقة أو تُعرض من جديد.
failure-occupied = ما زال عمل آخر جاريًا.
    .safe = لم يتغير شيء.
    .next = يُنتظر حتى ينتهي ثم يُعاد.
failure-unclosed = لا توجد أرقام لهذه الفترة بعد.
    .safe = ما حُسب يبقى محسوبًا.
    .next = يغلقها محلل عند انتهائها.
failure-period = لا تفعل الخوادم هذا بتلك الفترة: لم تنته، أو أُغلقت، أو مضت منذ زمن طويل.
    .safe = لم يتغير شيء.
    .next = تُختار فترة أخرى.
failure-no-analyst = رفض خادم: يغلق الفترة محلل.
    .safe = لم يتغير شيء.
    .next = يُسأل المسؤول عمن لديه هذا الدور.
failure-invitation-ended = انضم الجهاز في الوقت لكن الدعوة انتهت بعد ذلك.
    .safe = سُحبت: لا يدخل بها أحد.
    .next = تُعاد الدعوة، وينضم بالرمز الجديد على الجهاز نفسه.
failure-has-device = لدى الشخص جهاز، وهو وحده يضيف جهازًا آخر.
    .safe = لم يتغير شيء.
    .next = يُصنع الرمز هناك. وإن فُقدت كلها تُلغى أولًا.
failure-many-devices = لديك ستة عشر جهازًا ولا يملك أحد أكثر.
    .safe = لم يتغير شيء.
    .next = يُلغى جهاز لم يعد مستعملًا.
failure-last-administrator = لا يوجد مسؤول آخر لديه جهاز.
    .safe = لم يتغير شيء.
    .next = يُجعل شخص آخر مسؤولًا أولًا.
failure-second-administrator = ألغيتَ آخر جهاز لهذا الشخص، فعلى مسؤول آخر إضافة التالي.
    .safe = لم يتغير شيء.
    .next = يُطلب من مسؤول ثانٍ صنع الرمز والموافقة.
failure-in-teams = الشخص في فرق لها ملفات، والمحلل ليس في أي منها.
    .safe = لم يتغير شيء.
    .next = يُخرج من كل فريق أولًا.
failure-fork-stays = تاريخان يستبعد أحدهما الآخر. لا يُصرف هذا.
    .safe = لا يُكتب شيء بعد في أي منهما.
    .next = يُبلَّغ المسؤول بطريق لا يمر بهذه الخوادم.
failure-no-key-store = لا يجيب مخزن مفاتيح هذا الحاسوب.
    .safe = الملف الشخصي مقفل ولم يتغير.
    .next = يُسجَّل الدخول إلى سطح المكتب الذي له المخزن ثم يُعاد.
failure-key-store-locked = مخزن مفاتيح هذا الحاسوب مقفل.
    .safe = الملف الشخصي مقفل ولم يتغير.
    .next = يُفتح مخزن المفاتيح ثم يُعاد.
failure-certificates = ما يجب أن يشهد للخوادم لا يحوي شهادات.
    .safe = لم يُرسل شيء.
    .next = يُسأل من يدير الخوادم.
failure-policy = لا يعمل الاسترجاع هكذا.
    .safe = لم يُصنع شيء.
    .next = يُختار أمينان على الأقل، وورقتان للفتح على الأقل وبما لا يزيد على عدد الأمناء، ويوم قادم.
failure-no-policy = لا استرجاع ساريًا.
    .safe = لم يتغير شيء.
    .next = تُعد الأوراق أولًا ضمن «الاسترجاع»، أو يُذكر أن الأمناء لا يفتحون هذا الفريق.
failure-not-recoverable = لم يختر الفريق الاسترجاع عند إنشائه.
    .safe = لم يتغير شيء.
    .next = لا يفتحه إلا جهاز أحد الأعضاء.
failure-not-announced = لم يعلن أحد فتح هذا الفريق على هذا الجهاز.
    .safe = لم يتغير شيء.
    .next = يُعلن أولًا، ثم تبدأ أيام التنبيه.
failure-too-early = لم تنته أيام التنبيه بساعة خادم المفاتيح.
    .safe = لم يتغير شيء.
    .next = يُعاد عند انتهائها.
failure-no-escrow = الأوراق سليمة لكن لم يترك أي جهاز أحدث مفاتيح الفريق قبل ضياعه.
    .safe = لم يتغير شيء.
    .next = إن وُجد جهاز لأحد الأعضاء يُزامن.
failure-share-count = هناك { $detail } كلمة؛ في الورقة 35.
    .safe = لم يُفتح شيء.
    .next = تُقارن الكلمات بالورقة وتُكتب من جديد؛ تكفي أي أوراق سليمة أخرى.
failure-share-unknown = هذه الكلمات ليست في أي ورقة، عدًّا من الأولى: { $detail }.
    .safe = لم يُفتح شيء.
    .next = تُقارن الكلمات بالورقة وتُكتب من جديد؛ تكفي أي أوراق سليمة أخرى.
failure-share-wrong = كلمة خاطئة بحسب الأخرى: { $detail }.
    .safe = لم يُفتح شيء.
    .next = تُقارن الكلمات بالورقة وتُكتب من جديد؛ تكفي أي أوراق سليمة أخرى.
failure-share-several = أكثر من كلمة خاطئة.
    .safe = لم يُفتح شيء.
    .next = تُقارن الكلمات بالورقة وتُكتب من جديد؛ تكفي أي أوراق سليمة أخرى.
failure-share-version = الكلمات ليست من ورقة يعرفها هذا البرنامج.
    .safe = لم يُفتح شيء.
    .next = تُقارن الكلمات بالورقة وتُكتب من جديد؛ تكفي أي أوراق سليمة أخرى.
failure-share-other = الورقة لاسترجاع آخر.
    .safe = لم يُفتح شيء.
    .next = تُقارن الكلمات بالورقة وتُكتب من جديد؛ تكفي أي أوراق سليمة أخرى.
failure-share-altered = ليست الورقة التي أُعطيت لأمينها.
    .safe = لم يُفتح شيء.
    .next = تُقارن الكلمات بالورقة وتُكتب من جديد؛ تكفي أي أوراق سليمة أخرى.
failure-share-repeated = أُعطيت الورقة مرتين.
    .safe = لم يُفتح شيء.
    .next = تُقارن الكلمات بالورقة وتُكتب من جديد؛ تكفي أي أوراق سليمة أخرى.
failure-share-few = الأوراق السليمة قليلة: { $detail }.
    .safe = لم يُفتح شيء.
    .next = تُقارن الكلمات بالورقة وتُكتب من جديد؛ تكفي أي أوراق سليمة أخرى.
failure-server-malformed = لا يفهم خادم هذا البرنامج: يختلف إصداراهما غالبًا.
    .safe = لم يتغير شيء.
    .next = يُستعمل أحدث إصدار ويُبلَّغ من يدير الخادم.
failure-server-too-large = هذا أكبر مما يقبله الخادم.
    .safe = لم يُخزَّن شيء.
    .next = يُقسم إلى أجزاء أصغر.
failure-refused = رفض خادم: لا وصول لهذا الجهاز هناك، أو لم يعد له.
    .safe = ما على هذا الجهاز لم يتغير.
    .next = تُجرى المزامنة؛ وإن رُفضت أيضًا يُسأل المسؤول هل أُزيل الجهاز.
failure-nonce = لم يعدّ خادم الطلب جديدًا.
    .safe = لم يتغير شيء.
    .next = يُعاد؛ وإن تكرر يُبلَّغ من يدير الخادم.
failure-stale = تغيرت مفاتيح الفريق منذ آخر مزامنة لهذا الجهاز.
    .safe = ما كتبته ما زال على هذا الجهاز.
    .next = تُجرى المزامنة ثم يُعاد.
failure-frozen = الفريق مجمَّد: لا تقبل الخزنة كتابة.
    .safe = ما كتبته ما زال على هذا الجهاز.
    .next = يُسأل المسؤول متى يُرفع ذلك.
failure-upload = لا يتابع الرفع من حيث وصل الخادم.
    .safe = ما زالت الوثيقة على هذا الجهاز.
    .next = تُجرى المزامنة: يُتابع مما لدى الخادم.
failure-quota = استنفد الفريق حصته في الخزنة.
    .safe = ما كتبته ما زال على هذا الجهاز.
    .next = يُطلب من مدير الخزنة مزيد من المساحة.
failure-server-full = قرص الخادم ممتلئ فلم يخزن شيئًا.
    .safe = ما كتبته ما زال على هذا الجهاز.
    .next = يُبلَّغ من يدير الخادم وتُجرى المزامنة لاحقًا.
failure-busy = لدى خادم عمل كثير الآن.
    .safe = ما كتبته ما زال على هذا الجهاز.
    .next = يُعاد بعد دقيقة.
failure-statement = لا تسمح قواعد المنظمة بهذا في الوضع الحالي.
    .safe = لم يتغير شيء.
    .next = يُنظر فيما حدث: لعل زميلًا غيّر الشيء نفسه.
failure-unavailable = خادم يتوقف أو تعطل.
    .safe = ما كتبته ما زال على هذا الجهاز.
    .next = يُعاد بعد دقيقة.
