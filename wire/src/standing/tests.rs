//! A device, its backups and a keyserver with backups of its own, cut anywhere between two steps.

use super::{Found, Standing, Step, Stood};
use crate::time::Time;

/// A device as its disk has it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Disk {
    standing: Standing,
    pending: Option<[u8; 16]>,
}

/// Random states that never come twice, and a clock that never shows the same time twice.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> [u8; 16] {
        self.0 += 1;
        let mut state = [0; 16];
        state[..8].copy_from_slice(&self.0.to_be_bytes());
        state
    }

    fn now(&mut self) -> Time {
        self.0 += 1;
        Time(self.0)
    }
}

/// Where a synchronisation is cut off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cut {
    BeforeSending,
    AnswerLost,
    Never,
}

const CUTS: [Cut; 3] = [Cut::BeforeSending, Cut::AnswerLost, Cut::Never];

/// What a device sends: its step, and when the keyserver issued the nonce that it is signed with.
fn begin(disk: &mut Disk, draw: &mut Draw) -> (Step, Time) {
    let next = *disk.pending.get_or_insert_with(|| draw.next());
    (Step { from: disk.standing, next }, draw.now())
}

/// A step reaches the keyserver: what it finds.
fn arrive(server: &mut Stood, draw: &mut Draw, step: &Step, issued: Time) -> Option<Found> {
    let found = step.judge(server, issued);
    if matches!(found, Some(Found::Same | Found::Ahead)) {
        *server = server.after(step, draw.now());
    }
    found
}

/// One synchronisation: what it found, if it got so far.
fn synchronise(disk: &mut Disk, server: &mut Stood, draw: &mut Draw, cut: Cut) -> Option<Found> {
    let (step, issued) = begin(disk, draw);
    if cut == Cut::BeforeSending {
        return None;
    }
    let found = arrive(server, draw, &step, issued).expect("nothing has overtaken it");
    if cut == Cut::AnswerLost {
        return None;
    }
    if found != Found::Other {
        *disk = Disk { standing: step.to(), pending: None };
    }
    Some(found)
}

/// One after the other; what they find is for others to ask.
fn synchronise_all(disk: &mut Disk, server: &mut Stood, draw: &mut Draw, cuts: &[Cut]) {
    for cut in cuts {
        let _ = synchronise(disk, server, draw, *cut);
    }
}

/// Every way in which seven synchronisations can be cut.
fn histories() -> impl Iterator<Item = Vec<Cut>> {
    (0..3_usize.pow(7)).map(|number| (0..7).map(|place| CUTS[number / 3_usize.pow(place) % 3]).collect())
}

// Obeys R-8.10-1, R-8.10-2, R-8.10-3.
#[test]
fn a_device_is_itself_wherever_it_was_cut_off() {
    for history in histories() {
        let (mut disk, mut server, mut draw) = (Disk::default(), Stood::default(), Draw(0));
        for cut in &history {
            let found = synchronise(&mut disk, &mut server, &mut draw, *cut);
            assert!(matches!(found, None | Some(Found::Same)), "{history:?}");
        }
        assert_eq!(synchronise(&mut disk, &mut server, &mut draw, Cut::Never), Some(Found::Same), "{history:?}");
    }
}

// Obeys R-8.10-2.
#[test]
fn a_request_that_was_held_on_its_way_is_no_copy_however_late_it_arrives() {
    let mut overtaken = 0;
    for history in histories() {
        for late in 1..=history.len() {
            let (mut disk, mut server, mut draw) = (Disk::default(), Stood::default(), Draw(0));
            let mut held = Vec::new();
            for (at, cut) in history.iter().enumerate() {
                if *cut == Cut::BeforeSending {
                    held.push((at + late, begin(&mut disk, &mut draw)));
                } else {
                    let found = synchronise(&mut disk, &mut server, &mut draw, *cut);
                    assert!(matches!(found, None | Some(Found::Same)), "{history:?}, {late} late");
                }
                for (_, (step, issued)) in held.extract_if(.., |(due, _)| *due == at) {
                    let found = arrive(&mut server, &mut draw, &step, issued);
                    assert!(matches!(found, None | Some(Found::Same)), "{history:?}, {late} late");
                    overtaken += usize::from(found.is_none());
                }
            }
            assert_eq!(synchronise(&mut disk, &mut server, &mut draw, Cut::Never), Some(Found::Same), "{history:?}, {late} late");
        }
    }
    assert!(overtaken > 1000, "many were overtaken: {overtaken}");
}

// Breaks R-8.10-2.
// Plays C11.
#[test]
fn of_a_device_and_its_copy_one_is_found_out_whoever_comes_first_and_whenever_the_copy_was_made() {
    for history in histories() {
        for made in 0..history.len() {
            let (mut disk, mut server, mut draw) = (Disk::default(), Stood::default(), Draw(0));
            synchronise_all(&mut disk, &mut server, &mut draw, &history[..made]);
            let mut copy = disk;
            let mut found = Vec::new();
            // From here on both are used, and neither is cut off for ever.
            for (at, cut) in history[made..].iter().enumerate() {
                let which = if at % 2 == 0 { &mut disk } else { &mut copy };
                found.extend(synchronise(which, &mut server, &mut draw, *cut));
            }
            for _ in 0..2 {
                for which in [&mut disk, &mut copy] {
                    found.extend(synchronise(which, &mut server, &mut draw, Cut::Never));
                }
            }
            assert!(found.contains(&Found::Other), "{history:?}, copied after {made}");
            assert!(!found.contains(&Found::Ahead), "the keyserver is accused of nothing");
        }
    }
}

// Obeys R-8.10-4.
// Breaks R-8.10-1.
#[test]
fn a_keyserver_that_was_set_back_locks_nobody_out_and_still_tells_a_copy() {
    for history in histories() {
        for saved in 0..history.len() {
            let (mut disk, mut server, mut draw) = (Disk::default(), Stood::default(), Draw(0));
            synchronise_all(&mut disk, &mut server, &mut draw, &history[..saved]);
            let (backup, mut copy) = (server, disk);
            synchronise_all(&mut disk, &mut server, &mut draw, &history[saved..]);
            server = backup;
            let expected = if disk.standing.count > backup.standing.count { Found::Ahead } else { Found::Same };
            let first = synchronise(&mut disk, &mut server, &mut draw, Cut::Never);
            assert_eq!(first, Some(expected), "{history:?}, saved after {saved}");
            assert_eq!(synchronise(&mut disk, &mut server, &mut draw, Cut::Never), Some(Found::Same), "told once");
            let copied: Vec<_> = (0..2).filter_map(|_| synchronise(&mut copy, &mut server, &mut draw, Cut::Never)).collect();
            let left = synchronise(&mut disk, &mut server, &mut draw, Cut::Never);
            assert!(copied.contains(&Found::Other) || left == Some(Found::Other), "{history:?}, saved after {saved}");
        }
    }
}

// Breaks R-8.10-2.
#[test]
fn a_step_is_judged_by_count_and_state() {
    let at = |count, state| Standing { count, state: [state; 16] };
    let step = Step { from: at(5, 5), next: [6; 16] };
    for (standing, found) in [
        (at(5, 5), Found::Same),
        (at(6, 6), Found::Same),
        (at(4, 4), Found::Ahead),
        (Standing::default(), Found::Ahead),
        (at(5, 9), Found::Other),
        (at(6, 9), Found::Other),
        (at(7, 7), Found::Other),
    ] {
        let stood = Stood { standing, since: Time(100) };
        assert_eq!(step.judge(&stood, Time(101)), Some(found), "{stood:?}");
        let overtaken = (found != Found::Other).then_some(found);
        assert_eq!(step.judge(&stood, Time(100)), overtaken, "{stood:?}");
    }
}
