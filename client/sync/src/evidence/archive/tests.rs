use std::io::Write as _;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

/// An archive with these files; each with its length in eight bytes if that is wanted.
fn archive(files: &[(&str, &[u8])], long: bool) -> File {
    let mut zip = ZipWriter::new(tempfile::tempfile().unwrap());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(long);
    for (name, content) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap()
}

fn changed(file: &File, change: impl FnOnce(&mut Vec<u8>)) -> Result<Vec<Entry>, Flaw> {
    let mut bytes = vec![0; file.metadata().unwrap().len() as usize];
    file.read_exact_at(&mut bytes, 0).unwrap();
    change(&mut bytes);
    let mut other = tempfile::tempfile().unwrap();
    other.write_all(&bytes).unwrap();
    list(&other).unwrap()
}

#[test]
fn what_is_written_is_read_whatever_its_length() {
    let files: [(&str, &[u8]); 3] = [("b/one", b"first"), ("b/two", b""), ("b/ö", b"third")];
    for long in [false, true] {
        let file = archive(&files, long);
        let entries = list(&file).unwrap().unwrap();
        assert_eq!(entries.len(), files.len());
        for (entry, (name, content)) in entries.iter().zip(files) {
            let mut found = vec![0; entry.length as usize];
            file.read_exact_at(&mut found, entry.start).unwrap();
            assert_eq!((entry.name.as_str(), found.as_slice()), (name, content));
        }
    }
}

#[test]
fn no_byte_decides_where_files_are_but_by_agreement() {
    let file = archive(&[("b/one", b"first"), ("b/two", b"second")], false);
    let right = list(&file).unwrap().unwrap();
    let length = file.metadata().unwrap().len() as usize;
    for at in 0..length {
        let found = changed(&file, |bytes| bytes[at] ^= 1);
        assert!(found.is_err() || found.as_ref() == Ok(&right), "{at}: {found:?}");
        let cut = changed(&file, |bytes| {
            bytes.remove(at);
        });
        assert!(cut.is_err(), "{at}: {cut:?}");
    }
    assert_eq!(changed(&file, Vec::clear), Err((None, Fault::Archive)));
}

#[test]
fn numbers_at_their_limit_are_refused_and_nothing_is_allocated_for_them() {
    let file = archive(&[("b/one", b"first")], true);
    for at in 0..file.metadata().unwrap().len() as usize - 8 {
        let found = changed(&file, |bytes| bytes[at..at + 8].fill(0xff));
        assert!(
            found.is_err() || found.as_ref().is_ok_and(|entries| entries.len() == 1 && entries[0].length == 5),
            "{at}: {found:?}"
        );
    }
}
