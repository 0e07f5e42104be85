//! A large file: read, hashed, sealed, kept and sent at once, in pieces. The sealed bytes are in the outbox before they are sent,
//! so that after a cut the same ciphertext goes on.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use casevault_crypto::content::{CHUNK_SEALED, DocumentSeal, PlaintextHasher, Sealer, sealed_length};
use casevault_crypto::event::DocumentAdded;
use casevault_crypto::journal::Place;
use casevault_crypto::keys::ContentKey;
use casevault_crypto::random::{SystemRandom, draw};
use casevault_wire::context::Context;
use casevault_wire::id::UploadId;
use casevault_wire::problem::Code;
use tokio::sync::mpsc;

use super::add::{Meter, fresh, name_of, open_source, regular, seal_error, unchanged, version};
use super::output::create_private;
use super::{context, view};
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::journal::Item;
use crate::outbox::PIECE;
use crate::view::{Delivery, DocumentView, no_randomness};

/// What a sealing thread is given.
struct Job {
    source: PathBuf,
    target: PathBuf,
    key: ContentKey,
    context: Context,
}

impl Client {
    pub(super) async fn add_large(
        &self,
        place: &Place,
        path: &Path,
        (online, meter): (&mut bool, &mut Meter),
    ) -> Result<DocumentView> {
        let length = sealed_length(std::fs::metadata(path)?.len()).ok_or(ClientError::Text)?;
        let (document, key) = fresh()?;
        let temporary = hex_name()?;
        let target = self.outbox().join(&temporary);
        let job =
            Job { source: path.to_path_buf(), target: target.clone(), key: key.clone(), context: context(place, document, 1) };
        let (pieces, received) = mpsc::channel(1);
        let sealing = tokio::task::spawn_blocking(move || seal(&job, &pieces));
        let sent = self.send_pieces(place, length, received, (*online, meter)).await;
        let sealed = sealing.await.map_err(|_| ClientError::Damaged)?;
        let outcome = match (sealed, sent) {
            (Ok(seal), Ok(upload)) => {
                self.conclude(place, version(document, name_of(path)?, &seal, key)?, (&temporary, upload), online).await
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        };
        if !matches!(&outcome, Ok(view) if view.delivery == Delivery::Queued) {
            let _ = std::fs::remove_file(&target); // ciphertext without a key; the next start removes it otherwise
        }
        meter.add(0, 1);
        outcome
    }

    /// Sends pieces as they are sealed. Returns the upload if all of it was sent, nothing if a server went away.
    async fn send_pieces(
        &self,
        place: &Place,
        length: u64,
        mut pieces: mpsc::Receiver<Bytes>,
        (online, meter): (bool, &mut Meter),
    ) -> Result<Option<UploadId>> {
        let vault = self.team_vault(&place.team)?;
        let mut upload = None;
        if online {
            upload = match vault.begin(&place.journal, length).await {
                Ok(upload) => Some(upload),
                Err(ClientError::Unreachable) => None,
                Err(error) => return Err(error),
            };
        }
        let mut offset = 0;
        while let Some(piece) = pieces.recv().await {
            let size = piece.len() as u64;
            if let Some(id) = &upload {
                match vault.piece(id, offset, piece).await {
                    Ok(()) => {}
                    // What the vault has is asked for when it is back.
                    Err(ClientError::Unreachable | ClientError::Server(Code::Upload)) => upload = None,
                    Err(error) => return Err(error),
                }
            }
            offset += size;
            meter.add(size, 0);
        }
        Ok(upload)
    }

    async fn conclude(
        &self,
        place: &Place,
        version: casevault_crypto::event::DocumentVersion,
        (file, upload): (&str, Option<UploadId>),
        online: &mut bool,
    ) -> Result<DocumentView> {
        if let Some(upload) = upload {
            let finished = self.team_vault(&place.team)?.finish(&upload, version.seal.digest).await;
            let pushed = match finished {
                Ok(()) => self.push(place, vec![Item::event(DocumentAdded(version.clone()).into())]).await.map(|_| ()),
                Err(error) => Err(error),
            };
            match pushed {
                Ok(()) => return Ok(view(&version, Delivery::Sent)),
                Err(ClientError::Unreachable | ClientError::Server(Code::Upload)) => {}
                Err(error) => return Err(error),
            }
        }
        *online = false;
        File::open(self.outbox().join(file))?.sync_all()?;
        self.park_file(place, &version, file)?;
        Ok(view(&version, Delivery::Queued))
    }
}

fn hex_name() -> Result<String> {
    let bytes: [u8; 16] = draw(&mut SystemRandom).map_err(no_randomness)?;
    Ok(data_encoding::HEXLOWER.encode(&bytes))
}

/// Reads, hashes and seals the file, writes the blob to the target and passes it on in pieces. Runs on a thread of its own.
fn seal(job: &Job, out: &mpsc::Sender<Bytes>) -> Result<DocumentSeal> {
    let mut source = open_source(&job.source)?;
    let before = regular(&source)?;
    let mut target = create_private(&job.target)?;
    let (mut sealer, header) = Sealer::new(&job.key, &job.context, before.len(), &mut SystemRandom).map_err(seal_error)?;
    let mut hasher = PlaintextHasher::new();
    let mut piece = BytesMut::with_capacity(PIECE + CHUNK_SEALED);
    piece.extend_from_slice(&header);
    while let Some(wanted) = sealer.wanted() {
        let start = piece.len();
        piece.resize(start + CHUNK_SEALED, 0);
        let (_, chunk) = piece.split_at_mut(start);
        let (plaintext, _) = chunk.split_at_mut_checked(wanted).ok_or(ClientError::Damaged)?;
        source.read_exact(plaintext).map_err(cut)?;
        hasher.update(plaintext);
        let sealed = sealer.seal_chunk(chunk).map_err(seal_error)?.len();
        piece.truncate(start + sealed);
        if piece.len() >= PIECE {
            pass(&mut piece, PIECE, &mut target, out)?;
        }
    }
    let rest = piece.len();
    pass(&mut piece, rest, &mut target, out)?;
    let plaintext = hasher.finish();
    unchanged(&before, &source, plaintext.length)?;
    sealer.finish(plaintext).map_err(seal_error)
}

/// The first `size` bytes of `piece`, to the target and on. If nobody listens any more they are in the target all the same.
fn pass(piece: &mut BytesMut, size: usize, target: &mut File, out: &mpsc::Sender<Bytes>) -> Result<()> {
    let now = piece.split_to(size).freeze();
    target.write_all(&now)?;
    let _ = out.blocking_send(now);
    piece.reserve(PIECE + CHUNK_SEALED);
    Ok(())
}

fn cut(error: std::io::Error) -> ClientError {
    if error.kind() == std::io::ErrorKind::UnexpectedEof { ClientError::FileChanged } else { error.into() }
}
