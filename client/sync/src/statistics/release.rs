//! Closing a period and showing its figures. The two servers' shares are combined here: neither sees a count.

use casevault_crypto::random::{SystemRandom, draw};
use casevault_crypto::statistics::combine;
use casevault_statistics::release::{About, Microdata, Release};
use casevault_wire::codec::{decode, encode};
use casevault_wire::statistics::{Period, Progress, Released, SignedClosing, SignedShare};

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::http::post_unsigned;
use crate::view::{OnProgress, Progress as Shown, no_randomness};

/// The longest answer about a share.
const SHARE: usize = 64 * 1024;

/// What came of closing or showing a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReleaseView {
    /// The figures.
    Released(Box<Release>),
    /// So many reports came, or were valid, which are too few: nothing is released, and if so few came the period stays open.
    TooFew(u64),
}

/// So many synthetic records, drawn from a release alone with the operating system's randomness.
///
/// # Errors
/// [`ClientError::Randomness`].
pub fn microdata(release: &Release, count: usize) -> Result<Microdata> {
    Ok(release.microdata(draw(&mut SystemRandom).map_err(no_randomness)?, count))
}

impl Client {
    /// Closes a period that has ended, counts it, and returns its figures. For an analyst. Again returns the same.
    ///
    /// # Errors
    /// [`ClientError::Server`]: `refused` unless this is an analyst's device, `conflict` if the period has not ended or was closed as
    /// another task.
    pub async fn stats_close(&self, period: Period, watch: &OnProgress) -> Result<ReleaseView> {
        self.check_at_home()?;
        self.refresh_log().await?;
        let task = self.task(period).await?;
        let closing = self.close_period(period, &self.leader(period).await?).await?;
        let said = closing.verify(&self.me.keyserver.key).map_err(|_| ClientError::Verification)?;
        if said.task != task {
            return Err(ClientError::Verification);
        }
        if let Err(few) = self.count(period, &closing, watch).await? {
            return Ok(ReleaseView::TooFew(few));
        }
        self.stats_show(period).await
    }

    /// The figures of a period that is closed.
    ///
    /// # Errors
    /// [`ClientError::Server`] with `conflict` if it is not.
    pub async fn stats_show(&self, period: Period) -> Result<ReleaseView> {
        self.check_at_home()?;
        let Released { closing, share: helper } = self.released(period).await?;
        let said = closing.verify(&self.me.keyserver.key).map_err(|_| ClientError::Verification)?.clone();
        let ours = (self.me.organisation, period);
        if (said.task.helper.organisation, said.task.helper.period) != ours {
            return Err(ClientError::Verification);
        }
        let leader = match self.count(period, &closing, &crate::view::unwatched()).await? {
            Ok(share) => share,
            Err(few) => return Ok(ReleaseView::TooFew(few)),
        };
        let counts = combine(&said, (&self.me.vault.key, &leader), (&self.me.keyserver.key, &helper))?;
        let operator = |named: &casevault_wire::statistics::Aggregator| named.operator.as_str().to_owned();
        let about = About {
            period: period.to_string(),
            operators: [operator(&said.task.leader), operator(&said.task.helper)],
            threshold: u64::from(said.task.leader.terms.threshold),
            refused: counts.refused,
        };
        Ok(ReleaseView::Released(Box::new(Release::of(about, &counts.cells))))
    }

    /// Has the vault count until it is done: its share, or how many reports there are, which are too few.
    async fn count(
        &self,
        period: Period,
        closing: &SignedClosing,
        watch: &OnProgress,
    ) -> Result<std::result::Result<SignedShare, u64>> {
        let path = format!("/v1/organisations/{}/statistics/close?period={}", self.me.organisation, period.number());
        loop {
            let address = self.me.vault.address.as_str();
            let bytes = post_unsigned(address, &path, encode(closing), &self.vouchers()?).await?;
            let progress: Progress = decode(&bytes, SHARE).map_err(|_| ClientError::Verification)?;
            watch(Shown { items: progress.done, all: progress.size, ..Shown::default() });
            if let Some(share) = progress.share {
                return Ok(Ok(share));
            }
            if progress.few == 1 {
                return Ok(Err(progress.size));
            }
        }
    }
}
