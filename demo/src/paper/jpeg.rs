//! A JPEG picture of a passport that does not exist.

/// The picture, without a comment.
const PICTURE: &[u8] = include_bytes!("../../papers/passport.jpg");
/// Marker of a picture's beginning.
const START: [u8; 2] = [0xff, 0xd8];
/// Marker of a comment.
const COMMENT: [u8; 2] = [0xff, 0xfe];

/// The picture with `comment` written into the file, as cameras and scanners do.
pub(super) fn passport(comment: &str) -> Vec<u8> {
    let comment: String = comment.chars().take(1000).collect();
    // Shorter than 4 KiB by the line above; the length counts itself.
    let length = u16::try_from(comment.len() + 2).unwrap_or(2);
    let mut bytes = START.to_vec();
    bytes.extend(COMMENT);
    bytes.extend(length.to_be_bytes());
    bytes.extend(comment.bytes());
    bytes.extend(PICTURE.iter().skip(START.len()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_stands_between_the_beginning_and_the_picture() {
        let file = passport("Passport of nobody");
        assert!(PICTURE.starts_with(&START) && PICTURE.ends_with(&[0xff, 0xd9]));
        assert_eq!(file[..6], [0xff, 0xd8, 0xff, 0xfe, 0, 20]);
        assert_eq!(&file[6..24], b"Passport of nobody");
        assert_eq!(file[24..], PICTURE[2..]);
    }
}
