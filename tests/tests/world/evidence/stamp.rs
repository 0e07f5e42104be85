//! A time stamp of a bundle: somebody who is neither the organisation nor its servers says that there was one by then.

use std::path::{Path, PathBuf};
use std::process::Command;

use casevault_tests::bundle::{ours, theirs};

use super::Made;

/// A time-stamp authority, of another program.
struct Authority(PathBuf);

impl Authority {
    fn found(directory: PathBuf) -> Self {
        std::fs::create_dir(&directory).unwrap();
        std::fs::write(directory.join("authority.cnf"), include_str!("stamp/authority.cnf")).unwrap();
        std::fs::write(directory.join("serial"), "01\n").unwrap();
        let authority = Self(directory);
        let new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -config authority.cnf";
        assert!(authority.openssl(&format!("{new} -keyout root.key -out root.pem -extensions root")));
        assert!(authority.openssl(&format!(
            "{new} -keyout stamps.key -out stamps.pem -extensions stamps -subj /CN=stamps -CA root.pem -CAkey root.key"
        )));
        authority
    }

    fn openssl(&self, words: &str) -> bool {
        Command::new("openssl").args(words.split(' ')).current_dir(&self.0).output().expect("it runs").status.success()
    }

    /// Stamps what the file at `path` has.
    fn stamps(&self, path: &Path) {
        assert!(self.openssl(&format!("ts -query -data {} -sha256 -cert -out request", path.display())));
        let reply = "ts -reply -config authority.cnf -section authority -queryfile request";
        assert!(self.openssl(&format!("{reply} -signer stamps.pem -inkey stamps.key -out stamp")));
    }

    /// Whether the stamp is of what the file at `path` has.
    fn vouches(&self, path: &Path) -> bool {
        self.openssl(&format!("ts -verify -data {} -in stamp -CAfile root.pem", path.display()))
    }
}

/// The stamp is of one bundle: of no other export, and of no bundle with another byte that the verifiers would take.
pub fn is_of_one_bundle(made: &Made) {
    let authority = Authority::found(made.world.directory.path().join("authority"));
    authority.stamps(&made.bundle.join("export.bin"));
    assert!(authority.vouches(&made.bundle.join("export.bin")) && !authority.vouches(&made.again.join("export.bin")));
    for verified in [ours(&made.bundle), theirs(&made.bundle)] {
        assert!(verified.is_valid(), "the stamp lies beside the bundle, which is as it was");
    }
}
