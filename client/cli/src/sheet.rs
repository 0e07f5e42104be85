//! The sheet of paper that a trustee keeps: the words of a share in numbered rows, and the same as a QR code. What is not a word of the
//! share is a comment, so that a whole sheet can be read back.

use casevault_sync::view::PrintedShare;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use zeroize::Zeroizing;

use crate::display;

/// Words in a row.
const ROW: usize = 7;

/// The sheet of a share.
pub(crate) fn print(share: &PrintedShare) -> Zeroizing<String> {
    let name = share.name.as_deref().map_or_else(|| display::short(&share.person), display::untrusted);
    let words: Vec<_> = share.words.expose().split(' ').collect();
    let mut sheet = Zeroizing::new(String::with_capacity(8192));
    sheet.push_str(&format!(
        "# Casevault recovery share {} of {}, for {name}. Policy {}.\n\
         # Any {} of these shares together open a team that has lost its devices. Keep it on paper, apart from the others, and show it to nobody.\n",
        share.index, share.of, share.policy, share.threshold
    ));
    for (row, words) in words.chunks(ROW).enumerate() {
        sheet.push_str(&format!("{:>2}  {}\n", row * ROW + 1, words.join(" ")));
    }
    if let Ok(code) = QrCode::new(share.words.expose()) {
        sheet.push_str(&code.render::<Dense1x2>().build());
        sheet.push('\n');
    }
    sheet
}

/// The shares in a text: each as many lines with words as follow each other. Lines that begin with `#` and lines without a letter are none.
pub(crate) fn split(text: &str) -> Vec<String> {
    let mut shares = vec![String::new()];
    for line in text.lines() {
        let words = !line.trim_start().starts_with('#') && line.bytes().any(|byte| byte.is_ascii_alphabetic());
        match shares.last_mut() {
            Some(share) if words => {
                share.push_str(line);
                share.push('\n');
            }
            Some(share) if !share.is_empty() => shares.push(String::new()),
            _ => {}
        }
    }
    shares.retain(|share| !share.is_empty());
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_one_after_the_other_are_as_many_shares() {
        let text = "# share 1\n 1  one two\n 8  three\n█▀▀▄\n\n# share 2\nfour five\n\n\nsix\n# note\n";
        assert_eq!(split(text), [" 1  one two\n 8  three\n", "four five\n", "six\n"]);
        assert!(split("# nothing\n\n12\n").is_empty());
    }
}
