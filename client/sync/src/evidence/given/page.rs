//! The page of a copy that a person gets, for them to read: without scripts and without anything from elsewhere.

use casevault_crypto::evidence::escape;

use super::Given;

/// The words of the page.
pub(super) struct Headings {
    language: &'static str,
    direction: &'static str,
    title: &'static str,
    about: &'static str,
    fields: &'static str,
    documents: &'static str,
    notes: &'static str,
    assistance: &'static str,
    plan: &'static str,
    consents: &'static str,
    shares: &'static str,
    until: &'static str,
    over: &'static str,
    opened: &'static str,
}

/// The words, in each language.
const HEADINGS: [Headings; 4] = [
    Headings {
        language: "en",
        direction: "ltr",
        title: "What we keep about you",
        about: "You may ask for mistakes to be put right, take your agreement back, and ask for all of this to be erased. Keep this copy where nobody else finds it.",
        fields: "What you told us",
        documents: "Documents",
        notes: "Notes",
        assistance: "Help",
        plan: "Plan",
        consents: "What you agreed to",
        shares: "Who got something",
        until: "until",
        over: "over",
        opened: "opened",
    },
    Headings {
        language: "ar",
        direction: "rtl",
        title: "ما نحفظه عنك",
        about: "لك الحق في طلب تصحيح الأخطاء، وفي سحب موافقتك، وفي طلب محو كل هذا. احفظ هذه النسخة في مكان لا يجدها فيه أحد غيرك.",
        fields: "ما أخبرتنا به",
        documents: "الوثائق",
        notes: "الملاحظات",
        assistance: "المساعدة",
        plan: "الخطة",
        consents: "ما وافقت عليه",
        shares: "من حصل على شيء",
        until: "حتى",
        over: "انتهى",
        opened: "فُتح",
    },
    Headings {
        language: "fr",
        direction: "ltr",
        title: "Ce que nous gardons sur vous",
        about: "Vous pouvez faire corriger les erreurs, retirer votre accord et demander que tout soit effacé. Gardez cette copie là où personne d'autre ne la trouve.",
        fields: "Ce que vous nous avez dit",
        documents: "Documents",
        notes: "Notes",
        assistance: "Aide",
        plan: "Plan",
        consents: "Ce que vous avez accepté",
        shares: "Qui a reçu quelque chose",
        until: "jusqu'au",
        over: "terminé",
        opened: "ouvert",
    },
    Headings {
        language: "es",
        direction: "ltr",
        title: "Lo que guardamos sobre usted",
        about: "Puede pedir que se corrijan los errores, retirar su acuerdo y pedir que todo se borre. Guarde esta copia donde nadie más la encuentre.",
        fields: "Lo que nos contó",
        documents: "Documentos",
        notes: "Notas",
        assistance: "Ayuda",
        plan: "Plan",
        consents: "Lo que aceptó",
        shares: "Quién recibió algo",
        until: "hasta",
        over: "terminado",
        opened: "abierto",
    },
];

/// The words in a language that there are words in.
pub(super) fn headings(language: &str) -> Option<&'static Headings> {
    HEADINGS.iter().find(|words| words.language == language)
}

impl Given {
    /// The page, with these words.
    pub(super) fn to_html(&self, words: &Headings) -> String {
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"{}\" dir=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n\
             <style>body{{font:18px sans-serif;max-width:40em;margin:2em auto;padding:0 1em}}dt{{font-weight:bold}}</style>\n</head>\n<body>\n\
             <h1>{}</h1>\n<p>{}</p>\n<p>{}</p>\n",
            words.language, words.direction, words.title, words.title, words.about, self.time
        );
        let said = |value: &super::Value| (value.label.clone(), value.value.clone());
        list(&mut page, words.fields, self.fields.iter().map(said));
        list(&mut page, words.documents, self.documents.iter().map(|one| (one.name.clone(), one.file.clone())));
        list(&mut page, words.notes, self.notes.iter().map(|one| (one.time.clone(), one.text.clone())));
        for record in &self.assistance {
            list(&mut page, &format!("{}: {}", words.assistance, record.kind), record.fields.iter().map(said));
        }
        if let Some(plan) = &self.plan {
            let goals = plan.goals.iter().map(|goal| (String::new(), goal.clone()));
            list(&mut page, words.plan, [(String::new(), plan.objectives.clone())].into_iter().chain(goals));
        }
        let consent = |one: &super::Consent| {
            let end = if one.in_force { format!("{} {}", words.until, one.until) } else { words.over.to_owned() };
            (one.purpose.clone(), format!("{} · {end}", one.to.join(", ")))
        };
        list(&mut page, words.consents, self.consents.iter().map(consent));
        let share = |one: &super::Share| {
            let opened: Vec<_> = one.opened.iter().map(|when| format!("{} {when}", words.opened)).collect();
            (one.to.clone(), [vec![one.purpose.clone(), format!("{} {}", words.until, one.until)], opened].concat().join(" · "))
        };
        list(&mut page, words.shares, self.shares.iter().map(share));
        page + "</body>\n</html>\n"
    }
}

/// A heading and what is under it, if there is anything.
fn list(page: &mut String, heading: &str, items: impl Iterator<Item = (String, String)>) {
    let items: Vec<_> = items.map(|(name, value)| item(&name, &value)).collect();
    if !items.is_empty() {
        page.push_str(&format!("<h2>{heading}</h2>\n<dl>\n{}</dl>\n", items.concat()));
    }
}

fn item(name: &str, value: &str) -> String {
    let lines: Vec<_> = value.split('\n').map(escape).collect();
    format!("<dt><bdi>{}</bdi></dt><dd><bdi>{}</bdi></dd>\n", escape(name), lines.join("<br>"))
}
