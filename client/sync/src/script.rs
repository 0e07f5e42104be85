//! What is read out before somebody consents, in four languages. Seven points, in the order of the guidance on consent in the Human
//! Trafficking Case Data Standard 2.0 (`con_Consent`, © IOM, CC BY 4.0); the sentences are ours.

/// The number of these texts, which a consent records. Texts that say something else get another one.
pub const VERSION: u16 = 1;

/// The points of the script, in one language.
pub type Points = [&'static str; 7];

/// The languages that there is a script in (BCP 47), and its points.
const SCRIPTS: [(&str, Points); 4] = [
    (
        "en",
        [
            "May I talk with you, and write down what you tell me? You may say no, and you may stop at any time. If you are under eighteen, I also ask \
             the person who answers for you.",
            "I ask so that we can find out what help you need, and give it. You get help even if you do not answer everything.",
            "What you tell me is kept locked. Only the team that helps you can read it. I tell you now with whom we would like to share it, and what \
             for; nothing is shared unless you agree.",
            "Numbers without names may be counted together with those of many other people, for research. Nobody can find you in them.",
            "You may ask at any time to see what we keep about you, to get a copy of it, and to have mistakes put right.",
            "I tell you until when we keep it, and what happens then.",
            "You may take your agreement back at any time, without saying why: tell me, or anybody of the team. From then on nothing more is shared. \
             What somebody has read already cannot be taken out of their memory.",
        ],
    ),
    (
        "ar",
        [
            "هل لي أن أتحدث معك وأدوّن ما أسمعه منك؟ لك الحق في الرفض، ولك الحق في التوقف في أي وقت. وإذا كان عمرك أقل من ثماني عشرة سنة فسأطلب أيضًا موافقة \
             الشخص المسؤول عنك.",
            "أسأل لكي نعرف ما المساعدة اللازمة لك ونقدمها. والمساعدة من حقك حتى من دون الإجابة عن كل الأسئلة.",
            "ما أسمعه منك يُحفظ مغلقًا، ولا يستطيع قراءته إلا الفريق الذي يساعدك. سأخبرك الآن مع من نود مشاركته ولماذا، ولا يُشارَك شيء إلا بموافقتك.",
            "قد تُحسب أرقام بلا أسماء مع أرقام أشخاص كثيرين آخرين من أجل البحث العلمي. ولا يستطيع أحد التعرف عليك من خلالها.",
            "لك الحق في أي وقت في معرفة ما نحفظه عنك، وفي الحصول على نسخة منه، وفي تصحيح ما فيه من أخطاء.",
            "سأخبرك إلى متى نحفظه، وماذا يحدث بعد ذلك.",
            "لك الحق في سحب موافقتك في أي وقت ومن دون ذكر السبب: يكفي إخباري أو إخبار أي شخص من الفريق. ومن تلك اللحظة لا يُشارَك أي شيء آخر. أما ما قرأه \
             شخص من قبل فلا يمكن محوه من ذاكرته.",
        ],
    ),
    (
        "fr",
        [
            "Puis-je parler avec vous et noter ce que vous me dites ? Vous pouvez refuser, et vous arrêter à tout moment. Si vous avez moins de dix-huit \
             ans, je demande aussi à la personne qui répond de vous.",
            "Je pose ces questions pour savoir de quelle aide vous avez besoin et vous la donner. Vous recevez de l'aide même si vous ne répondez pas à \
             tout.",
            "Ce que vous me dites est gardé sous clé. Seule l'équipe qui vous aide peut le lire. Je vous dis maintenant avec qui nous voudrions le \
             partager, et pourquoi ; rien n'est partagé sans votre accord.",
            "Des chiffres sans nom peuvent être comptés avec ceux de beaucoup d'autres personnes, pour la recherche. Personne ne peut vous y retrouver.",
            "Vous pouvez demander à tout moment à voir ce que nous gardons sur vous, à en recevoir une copie et à faire corriger les erreurs.",
            "Je vous dis jusqu'à quand nous le gardons, et ce qui se passe ensuite.",
            "Vous pouvez retirer votre accord à tout moment, sans dire pourquoi : il suffit de me le dire, ou de le dire à une autre personne de \
             l'équipe. Dès lors, plus rien n'est partagé. Ce que quelqu'un a déjà lu ne peut pas être effacé de sa mémoire.",
        ],
    ),
    (
        "es",
        [
            "¿Puedo hablar con usted y anotar lo que me diga? Puede decir que no, y puede parar en cualquier momento. Si tiene menos de dieciocho años, \
             pregunto también a la persona que responde por usted.",
            "Pregunto para saber qué ayuda necesita y dársela. Recibe ayuda aunque no conteste a todo.",
            "Lo que me diga se guarda bajo llave. Solo puede leerlo el equipo que le ayuda. Ahora le digo con quién querríamos compartirlo y para qué; \
             nada se comparte sin su acuerdo.",
            "Cifras sin nombre pueden contarse junto con las de muchas otras personas, para la investigación. Nadie puede reconocerle en ellas.",
            "Puede pedir en cualquier momento ver lo que guardamos sobre usted, recibir una copia y que se corrijan los errores.",
            "Le digo hasta cuándo lo guardamos y qué pasa después.",
            "Puede retirar su acuerdo en cualquier momento, sin decir por qué: basta con decírmelo a mí o a otra persona del equipo. Desde entonces no \
             se comparte nada más. Lo que alguien ya ha leído no puede borrarse de su memoria.",
        ],
    ),
];

/// The script in a language, or in the one that it is a variety of, such as `ar` for `ar-SY`.
pub fn script(language: &str) -> Option<&'static Points> {
    let primary = language.split('-').next().unwrap_or_default();
    SCRIPTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(primary)).map(|(_, points)| points)
}

/// The languages that there is a script in.
pub fn languages() -> impl Iterator<Item = &'static str> {
    SCRIPTS.iter().map(|(language, _)| *language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_seven_different_points() {
        assert_eq!(languages().collect::<Vec<_>>(), ["en", "ar", "fr", "es"]);
        let all: std::collections::BTreeSet<_> = SCRIPTS.iter().flat_map(|(_, points)| points).collect();
        assert_eq!(all.len(), 4 * 7);
        assert!(all.iter().all(|point| point.len() > 20 && !point.contains("  ")));
    }

    #[test]
    fn a_variety_of_a_language_is_read_its_script() {
        assert_eq!(script("ar-SY"), script("ar"));
        assert_eq!(script("FR"), script("fr"));
        assert_eq!((script("uk"), script(""), script("arz")), (None, None, None));
    }
}
