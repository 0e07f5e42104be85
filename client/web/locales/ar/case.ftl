# Jobs: what goes on when a page is left
job-adding = تجري إضافة المستندات
job-added = ما آلت إليه المستندات
job-making = يجري إعداد ملف
job-done = ما آل إليه الملف
job-progress = مدى التقدم
job-hint = يمكن مغادرة هذه الصفحة. إذا قُفل البرنامج في هذه الأثناء فإن ما وصل يُختم ويُحفظ على هذا الجهاز، ويُرسل بعد فتح القفل.
job-stop = إيقاف
job-forget = تم الاطلاع
failure-stopped = أُوقف قبل أن يحين دوره.
    .safe = لم يُضف، والملف باقٍ حيث كان.
    .next = تُعاد إضافته إن كان مطلوبًا هنا.
failure-sealing = ما أُضيف أخيرًا ما زال يُختم.
    .safe = لم يضع منه شيء.
    .next = يُنتظر لحظة ثم يُفتح القفل من جديد.

# Files that are made
job-made = الملف جاهز. يبقى في الذاكرة إلى أن يُحفظ أو يُنسى أو يُقفل البرنامج.
job-made-hint = الملف المحفوظ يقرؤه من كان عنده. ويتذكر المتصفح اسمه ومكان حفظه.
job-save = حفظ
evidence = حزمة أدلة
evidence-hint = المستندات مع السجل الموقّع لمن فعل ماذا، لمن ليس له حساب. يستطيع أي شخص التحقق منها عن طريق casevault evidence verify.
evidence-documents = أي مستندات
evidence-name = اسم الملف
evidence-keep = إن كان مستند يقول أكثر مما يُرى: لماذا يُعطى كما هو
evidence-recipients = تشفيرها لمن (مفاتيح age العامة، واحد في كل سطر)
evidence-recipients-hint = من سيفتحها يُنشئ مفتاحًا عن طريق age-keygen ويعطيك السطر الذي يبدأ بـ age1. إن بقي الحقل فارغًا يستطيع قراءتها كل من عنده الملف.
evidence-make = إعداد الحزمة
failure-larger-than-memory = هذه المستندات أكبر مما يُحفظ في الذاكرة دفعة واحدة.
    .safe = لم يُعدّ شيء.
    .next = يُختار عدد أقل، أو يُستعمل سطر الأوامر.

# Who receives, and what a form lacks
whom-own = من هذه المنظمة
whom-partner = من منظمة أخرى:
whom-compared = تمت مقارنة رقم الأمان
whom-not-compared = لم يُقارن رقم الأمان
whom-removed = لم تعد شريكة
whom-unknown = من منظمة غير معروفة
share-limits = حدود الموافقة
consent-recorded = سجّلها
consent-confirm = تأكيد أنها أُعطيت
consent-second = جاءت بعد سحب. يجب أن يؤكد شخص آخر من الفريق أنها أُعطيت.
failure-no-recipient = لم يُختر من يستلم.
    .safe = لم يُشارك شيء ولم يُسجّل. ما مُلئ موجود أدناه.
    .next = يُختار مع من.
failure-no-content = لم يُختر أي مستند ولا جزء من الملف الشخصي.
    .safe = لم يُشارك شيء ولم يُسجّل. ما مُلئ موجود أدناه.
    .next = يُختار ما يتعلق به الأمر.
failure-no-purpose = لم يُذكر الغرض.
    .safe = لم يُسجّل شيء. ما مُلئ موجود أدناه.
    .next = يُكتب الغرض.
failure-no-day = لم يُحدد يوم، أو ليس تاريخًا.
    .safe = لم يُسجّل شيء. ما مُلئ موجود أدناه.
    .next = يُختار اليوم الأخير.
failure-day-past = اليوم الأخير قد مضى.
    .safe = لم يُسجّل شيء. ما مُلئ موجود أدناه.
    .next = يُختار يوم لاحق، وتُراجع ساعة هذا الجهاز.
failure-no-who = لم يُذكر من يوافق.
    .safe = لم يُسجّل شيء. ما مُلئ موجود أدناه.
    .next = يُختار من يوافق.
failure-no-age-recipient = حقل المفاتيح لا يسمّي أحدًا.
    .safe = لم يُعدّ شيء، وليس شيء مفتوحًا للجميع.
    .next = ألصق مفتاحًا يبدأ بـ age1، أو أفرغ الحقل لحزمة يستطيع أي شخص قراءتها.
failure-age-secret = هذا مفتاح سري.
    .safe = لم يُعدّ شيء، ولم يُحفظ المفتاح.
    .next = قل لصاحبه أن يُنشئ غيره وأن يرسل فقط السطر الذي يبدأ بـ age1.
failure-age-kind = هذا ليس مفتاح age عامًا.
    .safe = لم يُعدّ شيء. ما كتبته موجود أدناه.
    .next = ألصق مفتاحًا يبدأ بـ age1 كما يعرضه age-keygen. لا تُقبل مفاتيح SSH أو الإضافات.
failure-age-mistyped = مفتاح age عام مقطوع أو مكتوب خطأ.
    .safe = لم يُعدّ شيء. ما كتبته موجود أدناه.
    .next = انسخ السطر كله الذي يبدأ بـ age1 مرة أخرى.
failure-no-note = الملاحظة فارغة.
    .safe = لم يُكتب شيء.
    .next = يُكتب شيء أو تُترك.
failure-no-reason = يلزم ذكر السبب.
    .safe = لم يتغير شيء. ما مُلئ موجود أدناه.
    .next = يُكتب السبب.
failure-no-erasure = لم يطلب أحد محو هذا الملف.
    .safe = لم يتغير شيء.
    .next = تُجرى المزامنة ويُنظر ثانية، فربما أوقفه أحد.
failure-no-guardian = قد يكون الشخص قاصرًا وليس له وصي.
    .safe = لم يتغير شيء. ما مُلئ موجود أدناه.
    .next = يُسمّى وصي أولًا في الملف الشخصي.
failure-own-plan = لا يوافق على الخطة من وضعها.
    .safe = الخطة كما كانت.
    .next = يُطلب ذلك من مشرف آخر.
failure-handed-over = سُلّم الملف أو عُرض على جهة.
    .safe = لم يتغير شيء.
    .next = تُنهى تلك المشاركة أولًا إن كانت خطأ.
failure-not-offered = الملف غير معروض على فريقك، أو يتابعه زميل.
    .safe = لم يتغير شيء.
    .next = تُجرى المزامنة ويُنظر بين الملفات.
failure-picture-pages = صفحات هذا المستند أكثر مما يمكن رسمه.
    .safe = المستند كما كان.
    .next = يُطلب على أجزاء.
failure-picture-box = مربع ليس على أي صفحة أو لا يغطي شيئًا.
    .safe = لم تُصنع نسخة. المستند كما كان.
    .next = تُراجع أرقام المربعات.
failure-picture-system = لم يوفر النظام مكانًا للرسم.
    .safe = المستند كما كان.
    .next = تُغلق برامج أخرى ثم تُعاد المحاولة.

# Assistance
case-assistance = المساعدة
case-rights = الحقوق والحفظ
guardian-lacks = قد يكون الشخص قاصرًا وليس له وصي. تلزم الخطة وصيًا أولًا.
guardian-name = تسمية وصي
records-service = الخدمات
records-service-new = خدمة جديدة
records-movement = الانتقال والعودة
records-movement-new = انتقال جديد
records-follow-up = المتابعات
records-follow-up-new = متابعة جديدة
records-empty = لا شيء بعد.
records-add = إضافة
service-what = أي خدمة
service-other = أو بكلمات أخرى
overdue = متأخر
overdue-chip = متأخر
overdue-hint = ما كان يجب إنجازه قبل يوم مضى، في كل الملفات على هذا الجهاز، والأقدم أولًا.
overdue-none = لا شيء متأخر.
overdue-service = خدمة
overdue-movement = انتقال
overdue-follow-up = متابعة
overdue-goal = هدف
overdue-review = مراجعة الخطة
plan = الخطة
plan-none = لا توجد خطة بعد.
plan-new = وضع خطة
plan-another = تغيير الخطة
plan-make = وضع هذه الخطة
plan-objectives = الغاية منها
plan-review = تُراجع في
plan-goal = الهدف { $n }
plan-goal-text = ما المراد تحقيقه
plan-by = قبل
plan-draft = مسودة: لم يوافق عليها مشرف
plan-unguarded = مسودة: وُضعت لقاصر بلا وصي
plan-approved = تمت الموافقة
plan-approve = الموافقة على الخطة
goal-say = ذكر ما آل إليه
failure-no-service = لم تُذكر الخدمة.
    .safe = لم يُكتب شيء. ما مُلئ موجود أدناه.
    .next = تُختار واحدة أو تُكتب بكلمات أخرى.
failure-no-movement = لم يُذكر نوع الانتقال.
    .safe = لم يُكتب شيء. ما مُلئ موجود أدناه.
    .next = يُختار واحد.
failure-no-follow-up = لم يُذكر اليوم.
    .safe = لم يُكتب شيء. ما مُلئ موجود أدناه.
    .next = يُكتب يوم المتابعة.
failure-no-objectives = لا تذكر الخطة غايتها.
    .safe = لم يُكتب شيء. ما مُلئ موجود أدناه.
    .next = تُكتب الغاية.
failure-half-goal = هدف بلا يوم أو بلا نص.
    .safe = لم يُكتب شيء. ما مُلئ موجود أدناه.
    .next = يُملأ الاثنان أو يُفرغ الاثنان.

# Screening
screening = الفرز
screening-decision = القرار بشأن الوضع
screening-decide = تسجيل القرار
question-vic_AgeWhenTrafficked = كم كان عمر الشخص عندما بدأ الأمر؟
question-vic_MethodOfRecruitment = كيف جُنّد الشخص؟
question-vic_RelationshipToTrafficker = من أين يعرف الشخص من جنّده؟
question-cv_Abducted = هل أُخذ الشخص بالقوة؟
question-vic_MethodsOfControl = كيف يُسيطر على الشخص أو كيف كان يُسيطر عليه: تهديد، عنف، ديون، احتجاز أوراق؟
question-cv_MethodsOfControl = هل يُمنع الشخص من التنقل بحرية أو يُستعمل أطفاله ضده؟
question-vic_TypeOfExploitation = ما الذي يُجبر الشخص عليه أو أُجبر عليه؟
question-cv_CountryOfExploitation = في أي بلد؟
question-cv_MonthsTrafficked = لكم شهرًا؟
question-vic_Vulnerabilities = ما الذي جعل الشخص أو يجعله عرضة للأذى؟
question-prs_Birthdate = متى وُلد الشخص؟
question-cv_DocumentsHeld = ما الوثائق التي مع الشخص؟
failure-half-decision = يلزم القرار وضع ومن قرر ويوم.
    .safe = لم يُكتب شيء. ما مُلئ موجود أدناه.
    .next = تُملأ الثلاثة.

# Rights of the person, and keeping
why = السبب
rights-copy = نسخة للشخص
rights-copy-hint = كل ما يُحفظ عن الشخص، صفحة للقراءة مع المستندات، من دون أسماء العاملين. ويُسجّل أنها أُعطيت.
rights-copy-language = لغة النسخة
rights-copy-make = إعداد النسخة
rights-correct = إن كان فيها خطأ يُصحّح في الملف الشخصي:
erasure = المحو
erasure-hint = يقول ذلك شخصان، وبعد ثلاثين يومًا لا يُفتح الملف. يبقى ما لدى المستلمين والأرقام المحسوبة.
erasure-ask = طلب المحو
erasure-asked = طلبه
erasure-confirmed = أكّده
erasure-confirm = تأكيد المحو
erasure-second = يجب أن يؤكده مشرف أو محامٍ أو إداري من الفريق.
erasure-stop = إيقافه
hold = الحجز القانوني
hold-on = القانون يحجز هذا الملف فلا يُمحى.
hold-off = القانون لا يحجز هذا الملف.
hold-set = حجز الملف
hold-end = إنهاء الحجز
retention = مدة الحفظ

# Sharing without consent, and handing over
overrides = من دون موافقة
overrides-hint = ما لا تشمله موافقة يلزمه سبب وشخص ثانٍ، ويُشارك مرة واحدة. ويبقى ذلك مسجلًا.
override-ask = طلب المشاركة من دون موافقة
override-asked = يجب أن يوافق شخص ثانٍ
override-approved = تمت الموافقة
override-used = تمت مشاركته
override-approve = الموافقة
override-second = الطلب منك. يجب أن يوافق عليه مشرف أو محامٍ أو إداري من الفريق.
hand-over = تسليم الملف
hand-over-hint = يُعرض عليهم متابعة الملف. وعندما يفعلون لا يكتب فريقك فيه، ويُخبر بما يؤول إليه ما شُورك.
handover-offered = الملف معروض على:
handover-given = سُلّم الملف إلى:
handover-taken = استُلم الملف من:
take-over = متابعة الملف
take-over-hint = يعرض المرسل أن يتابع فريقك الملف. يصبح كل ما شُورك ملفًا لكم، ويُخبر المرسل بذلك.
take-over-told = ويُخبر بما يؤول إليه:
take-over-button = متابعته
dossier-opened-hint = يرى المرسل أي المستندات تُفتح ومتى.
dossier-back = العودة إلى ما شُورك
failure-no-title = ليس للملف عنوان.
    .safe = لم يتغير شيء.
    .next = يُكتب مرجع مثل ⁦2026-014⁩.

# Copies that say less
document-save = حفظ نسخة في الخارج
# The names of files that nobody named.
copy-name = نسخة
bundle-name = حزمة-أدلة
# Between the parts of a list.
between = {"، "}
document-custody = ما جرى له ومن فتحه
redact = طمس
redact-hint = تُرسم مربعات على الصفحات أو تُكتب أرقامًا بالنسبة المئوية من الصفحة؛ وبين كل خطين عليها 10 بالمئة. تُصنع نسخة مما يُرى، والمربعات فيها ثابتة ومن دون بيانات وصفية؛ ويبقى الأصل.
redact-boxes = المربعات
redact-page = الصفحة
redact-x = من اليسار ٪
redact-y = من الأعلى ٪
redact-width = العرض ٪
redact-height = الارتفاع ٪
redact-name = اسم النسخة (أو يُترك فارغًا)
redact-make = صنع النسخة
redact-more = مربعات أخرى
redact-strip = نزع البيانات الوصفية فقط
copy-lost = { $n ->
    [one] تعذّر رسم جزء واحد من الأصل، وهو ناقص في هذه النسخة. يُرجى النظر فيها قبل تسليمها.
    [two] تعذّر رسم جزأين من الأصل، وهما ناقصان في هذه النسخة. يُرجى النظر فيها قبل تسليمها.
    [few] تعذّر رسم { $n } أجزاء من الأصل، وهي ناقصة في هذه النسخة. يُرجى النظر فيها قبل تسليمها.
   *[other] تعذّر رسم { $n } جزءًا من الأصل، وهي ناقصة في هذه النسخة. يُرجى النظر فيها قبل تسليمها.
}
redact-unseen = { $n ->
    [one] في النسخة صفحة أخرى غير معروضة هنا. تُكتب المربعات عليها أرقامًا؛ يُرجى النظر في النسخة كلها قبل تسليمها.
    [two] في النسخة صفحتان أخريان غير معروضتين هنا. تُكتب المربعات عليهما أرقامًا؛ يُرجى النظر في النسخة كلها قبل تسليمها.
    [few] في النسخة { $n } صفحات أخرى غير معروضة هنا. تُكتب المربعات عليها أرقامًا؛ يُرجى النظر في النسخة كلها قبل تسليمها.
   *[other] في النسخة { $n } صفحة أخرى غير معروضة هنا. تُكتب المربعات عليها أرقامًا؛ يُرجى النظر في النسخة كلها قبل تسليمها.
}
copy-redacted = نسخة طُمست أجزاء منها، من:
copy-stripped = نسخة من دون بيانات وصفية، من:
failure-box-numbers = مربع ينقصه رقم أو فيه ما ليس رقمًا.
    .safe = لم تُصنع نسخة. ما كُتب موجود أدناه.
    .next = تُكتب الصفحة وأربعة أرقام بين 0 و100.
failure-no-box = لا يوجد مربع.
    .safe = لم تُصنع نسخة.
    .next = يُرسم مربع أو تُنزع البيانات الوصفية فقط.
failure-box-strip = النسخة من دون بيانات وصفية لا تحمل المربعات.
    .safe = لم يُصنع شيء، والمستند كما كان.
    .next = تُصنع نسخة محجوبة، أو تُزال المربعات أولًا.
failure-cut-short = أُوقف العمل، أو أُقفل البرنامج.
    .safe = لم يُحفظ شيء، وفتحُه لهذا الغرض مسجّل.
    .next = يُبدأ من جديد عند الحاجة.
screening-open = { $n ->
    [0] أُجيب عن كل سؤال.
    [one] سؤال واحد بلا جواب.
    [two] سؤالان بلا جواب.
    [few] { $n } أسئلة بلا جواب.
   *[other] { $n } سؤالًا بلا جواب.
}

# What a document says besides
document-found = إضافة إلى ما يُرى يقول:
found-location = أين صُنع
found-author = من صنعه أو من ذُكر فيه
found-device = بأي جهاز
found-time = متى
found-thumbnail = صورة مصغرة قد تكون لحالة سابقة
found-software = بأي برنامج
found-comment = تعليقات أو تاريخه
found-embedded-file = ملف بداخله
found-unknown-kind = ربما أي شيء، فنوعه لا يُفحص

# More of what was done
sharing-taken-over = تولّوا الملف
event-handover-offered = عُرض الملف على فريق آخر
event-takeover-offered = عُرض الملف على فريق آخر
event-case-handed-over = سُلّم الملف
event-case-taken-over = استُلم الملف
event-dossier-received = استُلم شيء مشترك
event-case-key-given = أُعطي مفتاح الملف
event-keys-forgotten = نُسيت المفاتيح القديمة
event-ring-kept = حُفظت المفاتيح
event-unknown = شيء تعرفه نسخة لاحقة

# The signed form of a consent
consent-form = النموذج الموقّع
consent-no-form = لا يوجد أو ليس بين المستندات

# Cards of what is shared
share-by = شاركه
share-under = بموجب موافقة
share-under-none = بلا موافقة: سمح به شخص ثانٍ
share-answer = يقولون:
share-not-opened = لم يُفتح بعد
share-says-unsent = ما زال على هذا الجهاز، ويصل إليهم حين يُتصل بالخوادم.
share-says-not-allowed = لا تسمح به موافقة ولا شخص ثانٍ، ولم يُرسل إلى أحد.
share-says-sent = يمكنهم قراءته، ولم يردّوا بعد.
share-says-accepted = قبلوه، ويمكنهم قراءته.
share-says-rejected = لم يقبلوه.
share-says-done = يقولون إن الغرض منه قد تمّ، وما زال بإمكانهم قراءته.
share-says-taken-over = هم يتابعون الملف.
share-says-revoked = أنهاه فريقك، ولم يعد بإمكانهم قراءته.
share-says-withdrawn = سُحبت الموافقة، ولم يعد بإمكانهم قراءته.
share-says-expired = انقضى يومه الأخير، ولم يعد بإمكانهم قراءته.
share-says-unreadable = ما تحفظه الخزنة منه لا يجتاز التحقق. أخبر مسؤولًا.

# What is handed over
hand-over-given = يتابعون بهذا وحده:
hand-over-no-document = لا مستند.
hand-over-told = يُخبر فريقك بما يصير إليه
hand-over-sure = حين يتابعونه لا يكتب فيه أحد من فريقك. وحتى ذلك الحين يمكنك التراجع: أنهِ المشاركة.
hand-over-kept = { $n ->
    [0] كل مستندات الملف بينها.
    [one] مستند واحد من الملف لا يُشارك معهم، ويبقى لدى فريقك.
   *[other] { $n } من مستندات الملف لا تُشارك معهم، وتبقى لدى فريقك.
}
failure-no-telling = لم يُختر شيء يُخبر به فريقك.
    .safe = لم يُعرض الملف على أحد.
    .next = اختر حقلًا واحدًا على الأقل.

# Versions of a document, and what it says besides
document-added = أضافه
versions = النسخ
version = النسخة { $n }
version-newest = الأحدث
version-to-newest = إلى الأحدث
back-to-document = العودة إلى المستند
details = التفاصيل المخفية
details-show = عرض ما يقوله
details-hint = كما هو في الملف، وقد يكون صانعه كتب أي شيء. يُعرض هنا وحده. والمسجَّل أنك اطّلعت، وأي أنواع وُجدت.
details-none = لم يوجد شيء غير ما يُرى.
details-kind = ما يقوله
details-name = اسمه في الملف
details-value = القيمة

# Boxes of a copy
redact-box = المربع { $n }
redact-without = إزالة
