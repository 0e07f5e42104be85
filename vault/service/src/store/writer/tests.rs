use casevault_durable::sled;

use super::*;
use crate::disk::{self, ManualDisk, SystemDisk};
use crate::store::Room;
use crate::store::layout::piece_key;

struct Small {
    directory: tempfile::TempDir,
    inflight: Arc<Inflight>,
    disk: Arc<ManualDisk>,
    writer: Writer,
}

fn small() -> Small {
    let directory = tempfile::tempdir().unwrap();
    let database = sled::open(directory.path()).unwrap();
    let (inflight, disk) = (Arc::new(Inflight::new()), Arc::new(ManualDisk::with(u64::MAX)));
    let writer = Writer::new(Tree::clone(&database), directory.path(), (inflight.clone(), disk.clone())).unwrap();
    Small { directory, inflight, disk, writer }
}

fn put(key: u8, value: &[u8]) -> Write {
    Write { put: vec![(vec![key], value.to_vec())], ..Write::default() }
}

/// Has `writes` share a flush; what each is told.
fn told(writer: &Writer, batch: u64, writes: Vec<Write>) -> Vec<Result<(), StoreError>> {
    let (jobs, told): (Vec<_>, Vec<_>) = writes
        .into_iter()
        .map(|write| {
            let (say, told) = oneshot::channel();
            ((write, say), told)
        })
        .unzip();
    writer.write_group(batch, jobs);
    told.into_iter().map(|mut told| told.try_recv().unwrap_or(Err(StoreError::Unavailable))).collect()
}

// Breaks R-7.1-3.
#[test]
fn after_a_failed_flush_nothing_is_acknowledged() {
    let small = small();
    small.inflight.fail();
    assert_eq!(told(&small.writer, 1, vec![put(1, &[2])]), [Err(StoreError::Unavailable)]);
}

#[test]
fn who_was_outrun_is_not_told_before_what_was_faster_is_durable() {
    let small = small();
    // A file that cannot be flushed.
    let writer = Writer { file: File::open("/dev/null").unwrap(), ..small.writer };
    let write = Write { expect: vec![(vec![1], None)], ..put(1, &[2]) };
    assert_eq!(told(&writer, 1, vec![write.clone(), write]), [Err(StoreError::Unavailable); 2]);
}

// Plays X09.
// Obeys R-7.1-8.
// Breaks R-7.1-8.
#[test]
fn x09_as_a_disk_fills_up_what_frees_room_is_written_last() {
    let small = small();
    let all = || {
        let kept = Write { room: Room::Kept, ..put(2, &[2]) };
        vec![put(1, &[1]), kept, Write { delete: vec![vec![1]], ..Write::default() }]
    };
    small.disk.leave(disk::COMMON);
    assert_eq!(told(&small.writer, 1, all()), [Ok(()); 3]);
    small.disk.leave(disk::COMMON - 1);
    assert_eq!(told(&small.writer, 2, all()), [Err(StoreError::Full), Ok(()), Ok(())], "what anybody writes stops");
    small.disk.leave(disk::KEPT - 1);
    assert_eq!(told(&small.writer, 3, all()), [Err(StoreError::Full); 3], "before the database meets a full disk");
    small.disk.leave(disk::COMMON);
    assert_eq!(told(&small.writer, 4, all()), [Ok(()); 3], "and it goes on");
}

#[test]
fn the_systems_disk_has_room_as_the_system_says() {
    let small = small();
    let file = File::open(small.directory.path()).unwrap();
    let free = SystemDisk.free(&file);
    assert!(free > 0 && free < u64::MAX, "{free}");
}

// Plays X10.
// Obeys R-7.1-9.
// Breaks R-7.1-9.
#[test]
fn x10_a_damaged_record_stops_the_one_write_that_meets_it() {
    let small = small();
    let large = vec![7; 40_000];
    assert_eq!(told(&small.writer, 1, vec![put(1, &large)]), [Ok(())]);
    small.writer.tree.remove(piece_key(&[1], 1)).unwrap();
    let meets = Write { expect: vec![(vec![1], Some(large))], ..put(2, &[2]) };
    assert_eq!(told(&small.writer, 2, vec![put(3, &[3]), meets, put(4, &[4])]), [Ok(()), Err(StoreError::Corrupt), Ok(())]);
    assert_eq!(told(&small.writer, 3, vec![put(5, &[5])]), [Ok(())], "and the server goes on");
    assert_eq!(read(&small.writer.tree, &[2]), Ok(None), "nothing of the one was written");
    assert_eq!(told(&small.writer, 4, vec![put(1, &[1])]), [Ok(())], "what is damaged can be replaced");
    assert_eq!(read(&small.writer.tree, &[1]), Ok(Some(vec![1])));
}
