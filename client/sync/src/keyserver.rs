//! The keyserver's requests (SPEC §8.7), signed by this device.

use casevault_wire::codec::List;
use casevault_wire::feed::SignedFeedItem;
use casevault_wire::hash::Hash;
use casevault_wire::heads::HeadRecord;
use casevault_wire::id::{DeviceId, InvitationId, TeamId};
use casevault_wire::invitation::Invitation;
use casevault_wire::keyserver::{
    Acknowledgement, Claim, Claimed, CommitUpload, Commits, GroupCreation, HeadPage, Inbox, Invitations, Joins, KeyPackage,
    KeyPackageCount, KeyPackages, Links, RefusedCommits, SignedRefusal, Taken, WelcomeDelivery,
};
use casevault_wire::limit;
use casevault_wire::partner::{SignedVoucher, VoucherRequest};
use casevault_wire::recovery::{Escrow, Escrows, Regroup};
use casevault_wire::standing::{Step, Stepped};
use casevault_wire::statistics::{Period, Released, SignedAggregator, SignedClosing};
use reqwest::Method;

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::http::{Ask, Signing};

/// The longest answer with commits, Welcomes or heads.
const LONG: usize = 128 * 1024 * 1024;

impl Client {
    fn ask(&self, rest: &str) -> Ask {
        Ask::path(format!("/v1/organisations/{}{rest}", self.me.organisation))
    }

    fn team_ask(&self, team: &TeamId, rest: &str) -> Ask {
        self.ask(&format!("/teams/{team}{rest}"))
    }

    async fn read<T: tls_codec::Deserialize>(&self, ask: Ask) -> Result<T> {
        self.keyserver.get(&self.me.organisation, self, ask).await
    }

    async fn read_long<T: tls_codec::Deserialize>(&self, ask: Ask) -> Result<T> {
        self.read(ask.most(LONG)).await
    }

    pub(crate) async fn post_invitation(&self, invitation: &Invitation) -> Result<()> {
        self.keyserver.tell(&self.me.organisation, self, self.ask("/invitations").body(invitation)).await
    }

    pub(crate) async fn end_invitation(&self, id: &InvitationId) -> Result<()> {
        self.keyserver
            .call(Method::DELETE, &self.me.organisation, self, self.ask(&format!("/invitations/{id}")).most(0))
            .await
            .map(|_| ())
    }

    /// The keyserver's word, for the partner's keyserver with the id `server`, that this device belongs here.
    pub(crate) async fn voucher(&self, server: Hash) -> Result<SignedVoucher> {
        let wanted = VoucherRequest { server };
        self.keyserver.post(&self.me.organisation, self, self.ask("/vouchers").body(&wanted)).await
    }

    pub(crate) async fn invitation_standings(&self) -> Result<Invitations> {
        self.read(self.ask("/invitations")).await
    }

    pub(crate) async fn joins(&self) -> Result<Joins> {
        self.read(self.ask("/joins")).await
    }

    pub(crate) async fn post_step(&self, step: &Step) -> Result<Stepped> {
        self.keyserver.post(&self.me.organisation, self, self.ask("/standing").body(step)).await
    }

    /// The keyserver's part in the statistics of a period.
    pub(crate) async fn helper(&self, period: Period) -> Result<SignedAggregator> {
        self.read(self.statistics_ask("", period)).await
    }

    /// Has a period closed, of which the vault's part is `leader`. For an analyst's device.
    pub(crate) async fn close_period(&self, period: Period, leader: &SignedAggregator) -> Result<SignedClosing> {
        self.keyserver.post(&self.me.organisation, self, self.statistics_ask("/close", period).body(leader)).await
    }

    /// The keyserver's share of the counts of a period.
    pub(crate) async fn released(&self, period: Period) -> Result<Released> {
        self.read(self.statistics_ask("/share", period)).await
    }

    fn statistics_ask(&self, rest: &str, period: Period) -> Ask {
        self.ask(&format!("/statistics{rest}")).query(format!("period={}", period.number()))
    }

    /// How many key packages the keyserver has of this device, asked with the key of its invitation.
    pub(crate) async fn key_package_count_as(&self, key: &dyn Signing) -> Result<KeyPackageCount> {
        self.keyserver.get(&self.me.organisation, key, self.ask("/key-packages")).await
    }

    /// Uploads key packages; `key` is this device's, or its invitation's before approval.
    pub(crate) async fn post_key_packages(&self, key: &dyn Signing, packages: &KeyPackages) -> Result<KeyPackageCount> {
        self.keyserver.post(&self.me.organisation, key, self.ask("/key-packages").body(packages)).await
    }

    /// One key package per device, in order; nothing where the keyserver has none.
    pub(crate) async fn claim(&self, devices: &[DeviceId]) -> Result<Vec<Option<KeyPackage>>> {
        let claim = Claim { devices: List::new(devices.to_vec()).map_err(|_| ClientError::Text)? };
        let claimed: Claimed =
            self.keyserver.post(&self.me.organisation, self, self.ask("/key-packages/claim").body(&claim)).await?;
        let packages = claimed.packages.into_vec();
        if packages.len() == devices.len() { Ok(packages) } else { Err(ClientError::Verification) }
    }

    pub(crate) async fn post_group(&self, team: &TeamId, creation: &GroupCreation) -> Result<SignedFeedItem> {
        self.keyserver.post(&self.me.organisation, self, self.team_ask(team, "/group").body(creation)).await
    }

    pub(crate) async fn post_commit(&self, team: &TeamId, upload: &CommitUpload) -> Result<SignedFeedItem> {
        self.keyserver.post(&self.me.organisation, self, self.team_ask(team, "/commits").body(upload)).await
    }

    pub(crate) async fn commits(&self, team: &TeamId, after: u64) -> Result<Commits> {
        self.read_long(self.team_ask(team, "/commits").query(format!("after={after}"))).await
    }

    pub(crate) async fn welcome(&self, team: &TeamId) -> Result<WelcomeDelivery> {
        self.read_long(self.team_ask(team, "/welcome")).await
    }

    pub(crate) async fn links(&self, team: &TeamId) -> Result<Links> {
        self.read(self.team_ask(team, "/links")).await
    }

    pub(crate) async fn acknowledge(&self, team: &TeamId, acknowledgement: &Acknowledgement) -> Result<()> {
        self.keyserver.tell(&self.me.organisation, self, self.team_ask(team, "/acknowledgements").body(acknowledgement)).await
    }

    /// The commits of a team that are neither confirmed nor void and that somebody refuses. For an administrator's device.
    pub(crate) async fn refused_commits(&self, team: &TeamId) -> Result<RefusedCommits> {
        self.read(self.team_ask(team, "/refusals")).await
    }

    pub(crate) async fn refuse(&self, team: &TeamId, refusal: &SignedRefusal) -> Result<()> {
        self.keyserver.tell(&self.me.organisation, self, self.team_ask(team, "/refusals").body(refusal)).await
    }

    pub(crate) async fn post_escrow(&self, team: &TeamId, escrow: &Escrow) -> Result<()> {
        self.keyserver.tell(&self.me.organisation, self, self.team_ask(team, "/escrows").body(escrow)).await
    }

    pub(crate) async fn escrows(&self, team: &TeamId) -> Result<Escrows> {
        self.read(self.team_ask(team, "/escrows")).await
    }

    pub(crate) async fn post_regroup(&self, team: &TeamId, regroup: &Regroup) -> Result<SignedFeedItem> {
        self.keyserver.post(&self.me.organisation, self, self.team_ask(team, "/regroup").body(regroup)).await
    }

    pub(crate) async fn inbox(&self, team: &TeamId, from: u64) -> Result<Inbox> {
        self.read(self.team_ask(team, "/inbox").query(format!("from={from}"))).await
    }

    pub(crate) async fn take_out(&self, team: &TeamId, taken: &Taken) -> Result<()> {
        self.keyserver.tell(&self.me.organisation, self, self.team_ask(team, "/inbox/taken").body(taken)).await
    }

    pub(crate) async fn post_head(&self, team: &TeamId, record: &HeadRecord) -> Result<()> {
        self.keyserver.tell(&self.me.organisation, self, self.team_ask(team, "/heads").body(record)).await
    }

    pub(crate) async fn heads(&self, team: &TeamId, from: u64) -> Result<HeadPage> {
        self.read_long(self.team_ask(team, "/heads").query(format!("from={from}"))).await
    }
}

/// The largest number of devices that one commit adds.
pub(crate) const ADDS: usize = limit::CLAIMS / 2;
