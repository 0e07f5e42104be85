//! The end of uploads that are not finished: by their client, by time, or because a crash left half of one.

use std::collections::BTreeSet;

use casevault_service::http::problem::Problem;
use casevault_service::store::Write;
use casevault_wire::id::UploadId;
use casevault_wire::problem::Code;
use casevault_wire::time::Time;

use super::{LIFETIME, PAUSE, Upload};
use crate::blob::BlobError;
use crate::record::{JournalKey, TeamKey, Walk, kind, readable};
use crate::vault::{ATTEMPTS, OUTRUN, Vault};

impl Vault {
    /// Gives up an upload, on a request of `generation`. One that was finished stays a blob.
    ///
    /// # Errors
    /// `refused` if the team has none of this id, and as [`Self::append`].
    pub async fn cancel_upload(&self, team: &TeamKey, generation: u64, id: UploadId) -> Result<(), Problem> {
        self.cancel_if((team, Some(generation)), id, |_| true).await.map(|_| ())
    }

    /// Gives up an upload if it still is as `wanted` says; whether it was. On a request of a generation, or the vault's own.
    async fn cancel_if(
        &self,
        (team, generation): (&TeamKey, Option<u64>),
        id: UploadId,
        wanted: impl Fn(&Upload) -> bool,
    ) -> Result<bool, Problem> {
        self.upload(team, id).await?;
        let slot = self.active.slot(id);
        slot.take_over();
        let mut progress = slot.progress().await;
        // What does not become durable is given up with the rest.
        let _ = slot.settle(&mut progress).await;
        let upload = self.upload(team, id).await?;
        if !wanted(&upload) {
            return Ok(false);
        }
        self.end((&upload.journal.team, generation), id).await.map(|()| true)
    }

    /// Ends an upload: its record goes, then its file. On a disk without room for that the file goes first and makes some.
    pub(super) async fn end(&self, (team, generation): (&TeamKey, Option<u64>), id: UploadId) -> Result<(), Problem> {
        match self.drop_record((team, generation), id).await {
            Err(Problem(Code::Full)) => {
                self.blobs.discard(id).await?;
                self.drop_record((team, generation), id).await?;
            }
            dropped => dropped?,
        }
        self.let_go(id).await;
        Ok(())
    }

    async fn drop_record(&self, (team, generation): (&TeamKey, Option<u64>), id: UploadId) -> Result<(), Problem> {
        let _turn = self.turns.team(team).await;
        for _ in 0..ATTEMPTS {
            let before = self.team(team).await?;
            let (record, upload) = self.versioned_upload(team, id).await?;
            let mut team = before.value.clone().unwrap_or_default();
            generation.map_or(Ok(()), |generation| team.may_write(generation))?;
            let mut write = Write::kept();
            record.remove(&mut write);
            team.release(upload.length, upload.kept.is_some());
            before.replace(&mut write, &team);
            if self.write(write).await?.is_some() {
                return Ok(());
            }
        }
        Err(OUTRUN)
    }

    /// Forgets uploads that nobody touched for [`LIFETIME`] before `now`; how many.
    ///
    /// # Errors
    /// `unavailable`; what was forgotten before stays so.
    pub async fn collect_uploads(&self, now: Time) -> Result<usize, Problem> {
        self.give_up(|upload| now.since(upload.touched) >= LIFETIME).await
    }

    /// Forgets uploads of a team that is `full` which nobody touched for [`PAUSE`].
    ///
    /// # Errors
    /// `full` if there are none.
    pub async fn make_room(&self, team: &TeamKey, full: Problem) -> Result<(), Problem> {
        if self.team(team).await?.value.unwrap_or_default().uploads == 0 {
            return Err(full); // none of everybody's uploads is this team's
        }
        let now = self.now();
        let idle = |upload: &Upload| upload.journal.team == *team && upload.kept.is_none() && now.since(upload.touched) >= PAUSE;
        if self.give_up(idle).await? == 0 { Err(full) } else { Ok(()) }
    }

    /// Gives up every upload to a journal, to which nobody begins any.
    ///
    /// # Errors
    /// `unavailable` if one could not be.
    pub(crate) async fn end_uploads_to(&self, journal: &JournalKey) -> Result<(), Problem> {
        self.give_up(|upload| upload.journal == *journal).await?;
        let mut walk = Walk::of(kind::UPLOAD);
        while let Some(uploads) = self.next_uploads(&mut walk).await? {
            if uploads.iter().any(|(_, upload)| upload.journal == *journal) {
                return Err(Problem(Code::Unavailable));
            }
        }
        Ok(())
    }

    /// Gives up uploads that are as `old` says; how many.
    async fn give_up(&self, old: impl Fn(&Upload) -> bool) -> Result<usize, Problem> {
        let (mut walk, mut collected) = (Walk::of(kind::UPLOAD), 0);
        while let Some(uploads) = self.next_uploads(&mut walk).await? {
            for (id, upload) in uploads.into_iter().filter(|(_, upload)| old(upload)) {
                match self.cancel_if((&upload.journal.team, None), id, &old).await {
                    Ok(true) => collected += 1,
                    // Written to, or given up, meanwhile.
                    Ok(false) | Err(Problem(Code::Refused)) => {}
                    Err(problem) => tracing::warn!(%problem, "an upload could not be given up, and the others are"),
                }
            }
        }
        Ok(collected)
    }

    /// Removes staged files that no open upload has, and forgets uploads whose file is gone or too short. To be called before
    /// anything is served. What cannot be put right now, on a disk that is full or damaged, is at the next start.
    ///
    /// # Errors
    /// `unavailable` if nothing can be read.
    pub async fn recover_uploads(&self) -> Result<(), Problem> {
        let mut staged: BTreeSet<_> = self.blobs.uploads().await?.into_iter().collect();
        let mut walk = Walk::of(kind::UPLOAD);
        while let Some(uploads) = self.next_uploads(&mut walk).await? {
            for (id, upload) in uploads.into_iter().filter(|(_, upload)| upload.kept.is_none()) {
                let there = staged.remove(&id);
                match self.reaches(id, upload.offset).await {
                    Ok(true) if there => {}
                    Err(error) if there => tracing::error!(%error, "an upload cannot be read"),
                    _ => self.forget_lost(&upload, id).await,
                }
            }
        }
        for id in staged {
            if self.blobs.discard(id).await.is_err() {
                tracing::warn!("a file that no upload has stays until the next start");
            }
        }
        Ok(())
    }

    async fn forget_lost(&self, upload: &Upload, id: UploadId) {
        match self.cancel_if((&upload.journal.team, None), id, |_| true).await {
            Ok(_) => tracing::warn!("an upload was lost and is forgotten"),
            Err(problem) => tracing::warn!(%problem, "an upload was lost and is remembered until the next start"),
        }
    }

    /// Whether the file of an upload has at least `offset` bytes.
    async fn reaches(&self, id: UploadId, offset: u64) -> Result<bool, BlobError> {
        let Some(last) = offset.checked_sub(1) else { return Ok(true) };
        Ok(self.blobs.staged(id, last, 1).await?.len() == 1)
    }

    /// The next few of all uploads; `None` at the end.
    async fn next_uploads(&self, walk: &mut Walk) -> Result<Option<Vec<(UploadId, Upload)>>, Problem> {
        let found = walk.next(&*self.records).await?;
        Ok(if found.is_empty() { None } else { Some(readable(kind::UPLOAD, &found)) })
    }
}
