//! Screening: questions in plain words, whose answers are fields of the case, and the decision on the person's status.

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::view::{Delivery, QuestionView};

/// The questions, each with the field of its answer, in the order in which they are asked: what happened, by what means, for what purpose.
const QUESTIONS: [(&str, &str); 12] = [
    ("vic_AgeWhenTrafficked", "How old was the person when it began?"),
    ("vic_MethodOfRecruitment", "How was the person recruited?"),
    ("vic_RelationshipToTrafficker", "How does the person know whoever recruited them?"),
    ("cv_Abducted", "Was the person taken by force?"),
    ("vic_MethodsOfControl", "How is, or was, the person controlled: threats, violence, debts, papers kept?"),
    ("cv_MethodsOfControl", "Is the person kept from moving freely, or are their children used against them?"),
    ("vic_TypeOfExploitation", "What is, or was, the person made to do?"),
    ("cv_CountryOfExploitation", "In which country?"),
    ("cv_MonthsTrafficked", "For how many months?"),
    ("vic_Vulnerabilities", "What made, or makes, the person vulnerable?"),
    ("prs_Birthdate", "When was the person born?"),
    ("cv_DocumentsHeld", "Which documents does the person hold?"),
];

impl Client {
    /// The questions of the screening with their answers.
    ///
    /// # Errors
    /// As [`Client::case`].
    pub async fn screening(&self, case: &str) -> Result<Vec<QuestionView>> {
        let fields = self.case(case).await?.fields;
        let answer = |field| fields.iter().find(|(name, _)| name == field).map(|(_, answer)| answer.clone()).unwrap_or_default();
        Ok(QUESTIONS.map(|(field, question)| QuestionView { field, question, answer: answer(field) }).into())
    }

    /// Records on what day which organisation decided that the person is a victim of trafficking, may be one, or is none. Works offline.
    ///
    /// # Errors
    /// [`ClientError::Field`] for a code that the standard does not have; [`ClientError::Text`] if one of the three is missing.
    pub async fn screening_decide(&self, case: &str, (status, by, date): (&str, &str, &str)) -> Result<Delivery> {
        let said = [
            ("vic_TraffickingStatus", status),
            ("vic_TraffickingStatusDecisionMakingOrg", by),
            ("cv_TraffickingStatusDate", date),
        ];
        if said.iter().any(|(_, value)| value.trim().is_empty()) {
            return Err(ClientError::Text);
        }
        self.case_set(case, &said.map(|(field, value)| (field.to_owned(), value.to_owned()))).await
    }
}
