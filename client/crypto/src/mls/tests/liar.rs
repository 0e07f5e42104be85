//! A committer that does what the library lets it do, and a keyserver that cannot know.

use casevault_wire::commit::{CommitData, link_hash};
use casevault_wire::context::Context;
use casevault_wire::keyserver::{CommitRecord, TeamLink, WelcomeDelivery};
use casevault_wire::label::Label;
use casevault_wire::mls::commit_hash;
use openmls::prelude::{Extensions, GroupContext, KeyPackage, LeafNodeIndex, LeafNodeParameters, MlsGroup, Proposal};
use openmls_traits::OpenMlsProvider;

use super::world::{Accepted, World, encoded, opaque};
use crate::mls::group::{bundle_key, data_hash};
use crate::mls::key_package;
use crate::mls::{CommitRefused, VerifyError};
use crate::seal::seal;
use crate::secret::SecretBytes;
use crate::team::Generation;

/// A commit, and what it says of itself.
pub struct Lie {
    pub data: CommitData,
    pub keys: Generation,
    pub link: Option<TeamLink>,
    pub add: Vec<KeyPackage>,
    pub remove: Vec<LeafNodeIndex>,
    pub proposals: Vec<Proposal>,
    pub context: Option<Extensions<GroupContext>>,
    pub leaf: LeafNodeParameters,
    pub path: bool,
}

impl World {
    /// An update that is no lie, with the next generation's keys if `rotate`.
    pub fn honest(&mut self, by: usize, rotate: bool) -> Lie {
        let keys = self.keys(by, rotate);
        let epoch = self.devices[by].state.as_ref().unwrap().epoch;
        let link = self.link(by, &keys, rotate);
        let data = CommitData { link: link_hash(link.as_ref()), ..self.data(&keys, epoch) };
        let leaf = LeafNodeParameters::default();
        Lie { data, keys, link, add: vec![], remove: vec![], proposals: vec![], context: None, leaf, path: true }
    }

    pub fn leaf_of(&self, at: usize) -> LeafNodeIndex {
        self.load(0).leaves()[&self.devices[at].id()]
    }

    pub fn parsed_package(&self, at: usize) -> KeyPackage {
        key_package::decode(&self.crypto, self.package(at).as_slice()).unwrap()
    }

    /// Commits without any check of ours, and gets a receipt. The committer's own state is as before.
    pub fn lie(&mut self, by: usize, lie: Lie) -> Accepted {
        let before = self.snapshot(by);
        let mut mls = self.load(by).mls;
        let accepted = self.tell(by, &mut mls, lie);
        self.restore(by, before);
        accepted
    }

    pub fn tell(&mut self, by: usize, mls: &mut MlsGroup, lie: Lie) -> Accepted {
        mls.set_aad(encoded(&lie.data));
        let provider = self.provider(by);
        let mut builder = mls.commit_builder().consume_proposal_store(false).force_self_update(lie.path);
        builder = builder.propose_adds(lie.add).propose_removals(lie.remove).add_proposals(lie.proposals);
        if let Some(context) = lie.context {
            builder = builder.propose_group_context_extensions(context).unwrap();
        }
        let bundle = builder
            .leaf_node_parameters(lie.leaf)
            .load_psks(provider.storage())
            .unwrap()
            .create_group_info(false)
            .build(provider.rand(), provider.crypto(), &self.devices[by].signer, |_| true)
            .unwrap()
            .stage_commit(&provider)
            .unwrap();
        let (commit, welcome, _) = bundle.into_messages();
        let staged = mls.pending_commit().unwrap();
        let key = bundle_key(&lie.data, |label, context, length| staged.export_secret(&self.crypto, label, context, length));
        let context = Context {
            team: lie.data.team,
            generation: lie.data.generation,
            version: lie.data.epoch,
            binding: data_hash(&lie.data),
            ..Context::new(Label::SealBundle, lie.data.organisation)
        };
        let keys = SecretBytes::encode(&lie.keys);
        let bundle = seal(key.unwrap().secret(), &context, &keys, &mut self.random).unwrap();
        let commit = commit.to_bytes().unwrap();
        let receipt = self.receipt(&lie.data, commit_hash(&commit));
        let record = CommitRecord { commit: opaque(commit), bundle: opaque(bundle), link: lie.link, receipt };
        let welcome = welcome.map(|welcome| opaque(welcome.to_bytes().unwrap()));
        let delivery = welcome.map(|welcome| WelcomeDelivery { welcome, record: record.clone() });
        Accepted { record, delivery }
    }

    /// `victim` refuses for this reason, and can go on with an honest commit after rolling back.
    pub fn refuses(&mut self, victim: usize, record: &CommitRecord, reason: CommitRefused) {
        let before = self.snapshot(victim);
        let state = self.devices[victim].state.clone();
        assert_eq!(self.process(victim, record), Err(VerifyError::Refused(reason)));
        assert!(before == self.snapshot(victim), "rolled back");
        assert_eq!(state, self.devices[victim].state);
    }
}
