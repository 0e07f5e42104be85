use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

/// Exports that come through before a race is over, those that met the enemy, and the most that are begun for it.
const WRITTEN: usize = 2_000;
const MET: usize = 11;
const BEGUN: usize = 1_000_000;

/// Somebody who may write where the files go, at it until enough came through; how many did not.
fn against(enemy: impl Fn(usize) + Sync, export: impl Fn(usize) -> Result<PathBuf>) -> usize {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| (0..).take_while(|_| !over.load(Ordering::Relaxed)).for_each(&enemy));
        let (mut written, mut begun) = (0, 0);
        while (written < WRITTEN || begun - written < MET) && begun < BEGUN {
            match export(begun) {
                Ok(_) => written += 1,
                Err(ClientError::File(_)) => std::thread::yield_now(),
                Err(error) => panic!("{error:?}"),
            }
            begun += 1;
        }
        over.store(true, Ordering::Relaxed);
        assert!(written >= WRITTEN, "{written} of {begun}");
        begun - written
    })
}

fn write(target: Result<Target>, named: bool) -> Result<PathBuf> {
    let target = target?;
    let mut output = if named { target.named()? } else { target.begin()? };
    output.file.write_all(b"a testimony")?;
    output.publish()
}

// Plays F15 and D11: links, files and directories appear under the name while the file is written.
#[test]
fn f15_no_race_makes_an_export_follow_a_link_or_replace_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let (victim, target) = (directory.path().join("victim"), directory.path().join("export"));
    fs::write(&victim, b"a victim").unwrap();
    for named in [false, true] {
        let begun = Target::at(&target).unwrap();
        let output = if named { begun.named().unwrap() } else { begun.begin().unwrap() };
        symlink(&victim, &target).unwrap();
        assert!(output.publish().is_err(), "at the last moment");
        assert_eq!(fs::read_link(&target).unwrap(), victim);
        fs::remove_file(&target).unwrap();
    }
    let enemy = |round: usize| {
        match round % 32 {
            0 => drop(symlink(&victim, &target)),
            8 => drop(symlink("nowhere", &target)),
            16 => drop(fs::create_dir(&target)),
            24 if fs::hard_link(&victim, &target).is_ok() => {
                assert_eq!(fs::read(&target).unwrap(), b"a victim", "what was there stays");
            }
            _ => std::thread::yield_now(),
        }
        let _ = fs::remove_file(&target).or_else(|_| fs::remove_dir(&target));
    };
    let refused = against(enemy, |round| write(Target::at(&target), round % 2 == 0));
    assert!(refused >= MET, "{refused} met the enemy");
    assert_eq!(fs::read(&victim).unwrap(), b"a victim");
    assert!(!directory.path().join("nowhere").exists());
    let _ = fs::remove_file(&target);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing is left over");
}

// Plays F15: the directory gives way to a link to another, where the names of documents may mean something.
#[test]
fn f15_no_race_leads_an_export_into_another_directory() {
    let parent = tempfile::tempdir().unwrap();
    let [out, away, elsewhere] = ["out", "away", "elsewhere"].map(|name| parent.path().join(name));
    fs::create_dir_all(&elsewhere).unwrap();
    let enemy = |round: usize| match round % 32 {
        0 => {
            let _ = fs::rename(&out, &away);
            let _ = symlink(&elsewhere, &out);
        }
        1 => {
            let _ = fs::remove_file(&out);
            let _ = fs::remove_dir_all(&away);
        }
        _ => std::thread::yield_now(),
    };
    let refused = against(enemy, |round| {
        let target = Folder::make(&out).map(|folder| Target::new(&folder, round.to_string()));
        write(target, round % 2 == 0)
    });
    assert!(refused >= MET, "{refused} met the enemy");
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
}

// Plays F15: the directory of one file gives way while it is written.
#[test]
fn f15_a_file_gets_its_name_where_it_was_begun() {
    let parent = tempfile::tempdir().unwrap();
    let [out, away] = ["out", "away"].map(|name| parent.path().join(name));
    for named in [false, true] {
        fs::create_dir(&out).unwrap();
        let target = Target::at(&out.join("export")).unwrap();
        let output = if named { target.named().unwrap() } else { target.begin().unwrap() };
        fs::rename(&out, &away).unwrap();
        fs::create_dir(&out).unwrap();
        output.publish().unwrap();
        assert_eq!(fs::read_dir(&out).unwrap().count(), 0);
        let file = fs::metadata(away.join("export")).unwrap();
        assert_eq!((file.mode() & 0o777, fs::read_dir(&away).unwrap().count()), (0o600, 1));
        fs::remove_dir_all(&away).unwrap();
        fs::remove_dir(&out).unwrap();
    }
}

#[test]
fn a_directory_is_made_for_its_owner_alone_and_one_that_is_there_stays() {
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("a/b");
    Folder::make(&out).unwrap();
    assert_eq!(fs::metadata(&out).unwrap().mode() & 0o777, 0o700);
    fs::set_permissions(&out, fs::Permissions::from_mode(0o750)).unwrap();
    Folder::make(&out.join("")).unwrap();
    assert_eq!(fs::metadata(&out).unwrap().mode() & 0o777, 0o750);
    symlink(&out, parent.path().join("link")).unwrap();
    assert!(Folder::make(&parent.path().join("link/")).is_err());
    for nothing in ["/", ".."] {
        assert!(Target::at(&parent.path().join(nothing)).is_err());
    }
}
