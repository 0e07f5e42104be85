//! Search over the cases on this device. Text is folded so that spellings that readers take for one another find each other.

use crate::store::sql::{Connection, OptionalExtension, params};
use casevault_wire::id::{JournalId, TeamId};

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::store::array;
use crate::view::SearchHit;

/// Hits in one answer.
const HITS: usize = 200;
/// Shorter words than this are not in the index of three-letter pieces, and are looked for one text after another.
const PIECE: usize = 3;

/// What the index holds of the cases of this device's teams; a profile to travel with is in none, and holds what it is to show.
const SEARCH: &str = "SELECT team, journal, place, text FROM search WHERE (EXISTS (SELECT 1 FROM meta WHERE key = 'travels')
    OR (team, journal) IN (SELECT team, journal FROM standing WHERE team IN (SELECT team FROM teams WHERE gone = 0))) AND";

/// Puts a text into the index, in the stead of the one that had its key.
pub(crate) fn index(
    db: &Connection,
    (team, journal): (&TeamId, &JournalId),
    (place, key): (&str, &str),
    text: &str,
) -> Result<()> {
    forget(db, (team, journal), (place, key))?;
    let sql = "INSERT INTO search (team, journal, place, text) VALUES (?1, ?2, ?3, ?4)";
    db.prepare_cached(sql)?.execute(params![team.0, journal.0, place, folded_with_original(text)])?;
    let sql = "INSERT INTO indexed (team, journal, place, key, row) VALUES (?1, ?2, ?3, ?4, ?5)";
    db.prepare_cached(sql)?.execute(params![team.0, journal.0, place, key, db.last_insert_rowid()])?;
    Ok(())
}

/// Takes a text out of the index.
pub(crate) fn forget(db: &Connection, (team, journal): (&TeamId, &JournalId), (place, key): (&str, &str)) -> Result<()> {
    let sql = "DELETE FROM indexed WHERE team = ?1 AND journal = ?2 AND place = ?3 AND key = ?4 RETURNING row";
    let row = db.prepare_cached(sql)?.query_row(params![team.0, journal.0, place, key], |row| row.get::<_, i64>(0)).optional()?;
    if let Some(row) = row {
        db.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([row])?;
    }
    Ok(())
}

/// The original, shown in answers, and after a separator the folded form, if it differs.
fn folded_with_original(text: &str) -> String {
    let folded = fold(text);
    if folded == text { text.to_owned() } else { format!("{text}\u{1f}{folded}") }
}

/// Lower case, Arabic without vowel signs and tatweel, with one form of alef, ya, ta marbuta and the digits.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            '\u{0610}'..='\u{061a}' | '\u{064b}'..='\u{065f}' | '\u{0670}' | '\u{0640}' => {}
            '\u{0622}' | '\u{0623}' | '\u{0625}' | '\u{0671}' => out.push('\u{0627}'),
            '\u{0649}' => out.push('\u{064a}'),
            '\u{0629}' => out.push('\u{0647}'),
            '\u{0660}'..='\u{0669}' => out.extend(char::from_digit(u32::from(character) - 0x0660, 10)),
            '\u{06f0}'..='\u{06f9}' => out.extend(char::from_digit(u32::from(character) - 0x06f0, 10)),
            other => out.push(other),
        }
    }
    out
}

impl Client {
    /// Cases on this device whose title, fields, notes, document names, services, movements, follow-ups or plan contain every word of `query`.
    ///
    /// # Errors
    /// [`ClientError::Text`] if there is no word.
    pub async fn search(&self, query: &str) -> Result<Vec<SearchHit>> {
        let words: Vec<String> = query.split_whitespace().map(fold).filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            return Err(ClientError::Text);
        }
        let long: Vec<_> = words.iter().filter(|word| word.chars().count() >= PIECE).collect();
        let pattern = long.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect::<Vec<_>>().join(" AND ");
        self.profile.store.read(|db| {
            let found = if pattern.is_empty() {
                hits(db, &format!("{SEARCH} text LIKE ?1 ESCAPE '\\' LIMIT 5000"), &like(words.first()))?
            } else {
                hits(db, &format!("{SEARCH} search MATCH ?1 LIMIT 5000"), &pattern)?
            };
            let mut answer = Vec::new();
            for ((team, case), place, text) in found {
                if answer.len() == HITS {
                    break;
                }
                let (haystack, text) = (fold(&text), original(&text));
                if words.iter().all(|word| haystack.contains(word.as_str())) {
                    answer.push(SearchHit { case, title: title(db, (&team, &case))?, place, text });
                }
            }
            Ok(answer)
        })
    }
}

type Found = ((TeamId, JournalId), &'static str, String);

fn hits(db: &Connection, sql: &str, parameter: &str) -> Result<Vec<Found>> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([parameter], |row| {
        Ok(((TeamId(array(row, 0)?), JournalId(array(row, 1)?)), row.get::<_, String>(2)?, row.get(3)?))
    })?;
    rows.map(|row| row.map(|(case, kind, text)| (case, place(&kind), text)).map_err(ClientError::from)).collect()
}

fn place(stored: &str) -> &'static str {
    ["title", "field", "note", "plan", "service", "movement", "follow-up", "goal"]
        .into_iter()
        .find(|known| *known == stored)
        .unwrap_or("document")
}

fn like(word: Option<&String>) -> String {
    let word = word.map(String::as_str).unwrap_or_default().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{word}%")
}

fn original(text: &str) -> String {
    text.split('\u{1f}').next().unwrap_or_default().to_owned()
}

fn title(db: &Connection, (team, case): (&TeamId, &JournalId)) -> Result<String> {
    let sql = "SELECT title FROM cases WHERE team = ?1 AND journal = ?2";
    let found = db.prepare_cached(sql)?.query_row([team.0.as_slice(), &case.0], |row| row.get(0)).optional()?;
    Ok(found.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_that_readers_take_for_one_another_fold_alike() {
        assert_eq!(fold("أَحْمَد"), fold("احمد"));
        assert_eq!(fold("فاطمة ١٢٣"), fold("فاطمه 123"));
        assert_eq!(fold("ÉLISE"), "élise");
        assert_eq!(like(Some(&"50%".to_owned())), "%50\\%%");
    }
}
