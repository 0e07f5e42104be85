use age::x25519::Identity;
use age::{DecryptError, Decryptor};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::*;
use crate::document::in_memory;

/// Files shorter and longer than what is held in memory, and than a chunk of what is set aside.
const SIZES: [usize; 5] = [0, 11, HELD - 40, HELD, 3 * HELD + 7];

fn recipients(who: &Identity) -> Recipients {
    who.to_public().to_string().parse().unwrap()
}

fn content(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at * 7 % 251) as u8).collect()
}

/// A zip of these files, encrypted for somebody.
fn made(who: &Identity) -> File {
    let aside = tempfile::tempdir().unwrap();
    let sink = Encrypted::begin(&recipients(who), in_memory(&[]).unwrap(), aside.path().to_owned()).unwrap();
    let mut zip = ZipWriter::new(sink);
    zip.set_flush_on_finish_file(true);
    for (number, size) in SIZES.into_iter().enumerate() {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        zip.start_file(format!("bundle/{number}"), options).unwrap();
        zip.write_all(&content(size)).unwrap();
        assert_eq!(std::fs::read_dir(aside.path()).unwrap().count(), 0, "what is set aside has no name");
    }
    zip.finish().unwrap().finish().unwrap()
}

fn opened(file: &mut File, who: &Identity) -> std::result::Result<Vec<u8>, DecryptError> {
    file.seek(SeekFrom::Start(0)).unwrap();
    let mut bytes = Vec::new();
    let mut reader = Decryptor::new(file)?.decrypt(std::iter::once(who as &dyn age::Identity))?;
    reader.read_to_end(&mut bytes).map_err(DecryptError::from)?;
    Ok(bytes)
}

// Obeys R-6.7-14.
#[test]
fn whoever_it_is_for_opens_the_zip_that_anybody_would_have_got() {
    let who = Identity::generate();
    let mut file = made(&who);
    let zip = opened(&mut file, &who).unwrap();
    let mut archive = ZipArchive::new(io::Cursor::new(zip.clone())).unwrap();
    for (number, size) in SIZES.into_iter().enumerate() {
        let mut bytes = Vec::new();
        archive.by_name(&format!("bundle/{number}")).unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, content(size), "{number}");
    }
    let clear = in_memory(&zip).unwrap();
    let listed = super::super::archive::list(&clear).unwrap().expect("a zip as R-6.7-10 has it");
    assert_eq!(listed.iter().map(|entry| entry.length).collect::<Vec<_>>(), SIZES.map(|size| size as u64));
    assert!(
        is_encrypted(&file).unwrap() && !is_encrypted(&clear).unwrap() && !is_encrypted(&in_memory(b"age").unwrap()).unwrap()
    );
}

// Breaks R-6.7-14.
#[test]
fn nobody_else_opens_it_and_no_part_of_it_passes_for_the_whole() {
    let who = Identity::generate();
    let mut file = made(&who);
    assert!(matches!(opened(&mut file, &Identity::generate()), Err(DecryptError::NoMatchingKeys)));
    file.set_len(file.metadata().unwrap().len() - 1).unwrap();
    assert!(opened(&mut file, &who).is_err());
}

#[test]
fn what_was_passed_on_is_not_changed_any_more() {
    let aside = tempfile::tempdir().unwrap();
    let who = recipients(&Identity::generate());
    let mut sink = Encrypted::begin(&who, in_memory(&[]).unwrap(), aside.path().to_owned()).unwrap();
    sink.write_all(&content(HELD + 5)).unwrap();
    sink.seek(SeekFrom::Start(3)).unwrap();
    sink.write_all(b"mended").unwrap();
    sink.seek(SeekFrom::Start(HELD as u64 + 1)).unwrap();
    assert_eq!(sink.write(b"too late").unwrap_err().kind(), io::ErrorKind::Unsupported);
    sink.seek(SeekFrom::End(0)).unwrap();
    sink.flush().unwrap();
    assert_eq!(sink.seek(SeekFrom::Start(3)).unwrap_err().kind(), io::ErrorKind::Unsupported);
    assert_eq!(sink.stream_position().unwrap(), HELD as u64 + 5);
}
