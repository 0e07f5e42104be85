//! A large file: read, hashed, sealed, kept and sent at once, in pieces. The sealed bytes are in the outbox before they are sent,
//! so that after a cut the same ciphertext goes on.

use std::io::Write;
use std::time::Instant;

use bytes::Bytes;
use casevault_crypto::content::sealed_length;
use casevault_crypto::event::DocumentVersion;
use casevault_crypto::random::{SystemRandom, draw};
use casevault_wire::id::UploadId;
use casevault_wire::limit;
use tokio::sync::mpsc;

use super::add::{Adding, fresh, version};
use super::output::create_private;
use super::seal::seal_large;
use super::source::Source;
use super::steady::Steady;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::stride::Stride;
use crate::view::no_randomness;

/// A sealed blob in the outbox that is not at the vault, or not all of it.
#[derive(Clone)]
pub(super) struct Spooled {
    /// Its file's name there.
    pub name: String,
    /// The upload that has its beginning.
    pub upload: Option<UploadId>,
}

/// How an upload went.
enum Sent {
    All(UploadId),
    Part(Option<UploadId>),
}

impl Client {
    /// Seals a file and sends it. What is not at the vault, durably, is in the outbox.
    pub(super) async fn send_large(&self, adding: &Adding, from: &Source) -> Result<(DocumentVersion, Option<Spooled>)> {
        let length = sealed_length(from.length()?).ok_or(ClientError::Text)?;
        let (document, job) = fresh(&adding.place)?;
        let name = data_encoding::HEXLOWER.encode(&draw::<16>(&mut SystemRandom).map_err(no_randomness)?);
        let target = self.outbox().join(&name);
        let (source, spool) = (from.open()?, create_private(&target)?);
        let (pieces, received) = mpsc::channel(1);
        let stop = adding.stop.clone();
        let sealing = tokio::task::spawn_blocking(move || {
            let mut spool = Steady::new(&spool)?;
            let seal = seal_large(source, &job, |piece| {
                stop.check()?;
                spool.write_all(&piece)?;
                let _ = pieces.blocking_send(piece); // if nobody listens any more it is in the file all the same
                Ok(())
            });
            seal.and_then(|seal| spool.settle().map(|()| (seal, job.key)))
        });
        let sent = self.send_pieces(adding, length, received).await;
        let sealed = sealing.await.map_err(|_| ClientError::Damaged)?;
        let outcome = match (sealed, sent) {
            (Ok((seal, key)), Ok(sent)) => {
                let version = version(document, from, &seal, key)?;
                self.finish(adding, &version, sent).await.map(|upload| (version, upload))
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        };
        if !matches!(outcome, Ok((_, Some(_)))) {
            let _ = std::fs::remove_file(&target); // ciphertext without a key; the next start removes it otherwise
        }
        let (version, part) = outcome?;
        Ok((version, part.map(|upload| Spooled { name, upload })))
    }

    /// Sends pieces as they are sealed.
    async fn send_pieces(&self, adding: &Adding, length: u64, mut pieces: mpsc::Receiver<Bytes>) -> Result<Sent> {
        let vault = self.team_vault(&adding.place.team)?;
        let mut sent = Sent::Part(None);
        if adding.online() {
            let upload = UploadId(draw(&mut SystemRandom).map_err(no_randomness)?);
            sent = match vault.begin(&adding.place.journal, &upload, length).await {
                Ok(()) => Sent::All(upload),
                Err(error) if error.is_final() => return Err(error),
                // Begun or not: it is begun again under the same id.
                Err(_) => Sent::Part(Some(upload)),
            };
        }
        let (mut offset, mut stride) = (0, if length > limit::SMALL_BLOB as u64 { Stride::FRESH } else { Stride::CAREFUL });
        while let Some(mut piece) = pieces.recv().await {
            while !piece.is_empty() {
                let (part, begun) = (piece.split_to(stride.bytes().min(piece.len())), Instant::now());
                let size = part.len() as u64;
                if let Sent::All(upload) = sent {
                    match vault.piece(&upload, offset, part).await {
                        Ok(()) => stride = stride.after(begun.elapsed()),
                        // What the vault has is asked for when it is back.
                        Err(error) if error.is_final() => return Err(error),
                        Err(_) => sent = Sent::Part(Some(upload)),
                    }
                }
                offset += size;
                adding.add(size, 0);
            }
        }
        Ok(sent)
    }

    /// Ends an upload. If the vault does not have all of it, the one to go on with, or none.
    async fn finish(&self, adding: &Adding, version: &DocumentVersion, sent: Sent) -> Result<Option<Option<UploadId>>> {
        let upload = match sent {
            Sent::Part(upload) => return Ok(Some(upload)),
            Sent::All(upload) => upload,
        };
        match self.team_vault(&adding.place.team)?.finish(&upload, version.seal.digest).await {
            Ok(()) => Ok(None),
            Err(error) if error.is_final() => Err(error),
            Err(_) => Ok(Some(Some(upload))),
        }
    }
}
