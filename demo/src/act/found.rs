//! The servers start, and an organisation is founded.

use crate::device::Device;
use crate::failure::{Failure, claim};
use crate::stage::Stage;

const ORGANISATION: &str = "Harbour House Association";
/// The one team.
pub(super) const TEAM: &str = "Coast team";

pub(super) fn servers(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("Two servers, each a process of its own");
    stage.keyserver.start()?;
    stage.vault.follow(&stage.keyserver.url());
    stage.vault.start()?;
    let place = |server: &crate::server::Server| format!("{}, process {}", server.url(), server.process().unwrap_or(0));
    let (keyserver, vault) = (place(&stage.keyserver), place(&stage.vault));
    stage.shown(&format!("Key server: keeps public keys, delivers encrypted messages ({keyserver})"));
    stage.shown(&format!("Vault: keeps ciphertext ({vault})"));
    Ok(())
}

pub(super) fn organisation(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("An organisation is founded");
    let (keyserver, vault) = (stage.keyserver.url(), stage.vault.url());
    let (amal, leila, tomas, ingrid) = (stage.amal.clone(), stage.leila.clone(), stage.tomas.clone(), stage.ingrid.clone());
    let founded =
        amal.run(&["org", "found", ORGANISATION, "--keyserver", &keyserver, "--vault", &vault, "--person", amal.person])?;
    let fingerprint: String = founded.text("fingerprint").chars().take(16).collect();
    stage.shown(&format!("{} founds “{ORGANISATION}” as its administrator; fingerprint {fingerprint}…", amal.person));
    for (device, role) in [(&leila, "caseworker"), (&tomas, "caseworker"), (&ingrid, "legal")] {
        join(&amal, device, role)?;
        stage.shown(&format!("{} joins as {} with a one-time code, and is approved", device.person, said(role)));
    }
    amal.run(&["team", "create", TEAM, "--member", leila.person, "--member", tomas.person])?;
    for device in [&leila, &tomas, &leila] {
        device.run(&["sync"])?;
    }
    let team = leila.run(&["team", "show", TEAM])?;
    let members = team.answer.get("members").and_then(serde_json::Value::as_array).map_or(0, Vec::len);
    claim(members == 2, format!("the team has two members, not {members}"))?;
    stage.shown(&format!("Amal makes the “{TEAM}” of Leila and Tomás; she is not in it, and needs not be"));
    for text in [ORGANISATION, TEAM, amal.person, leila.person, tomas.person, ingrid.person] {
        stage.sought.text("name", text);
    }
    let devices = amal.run(&["org", "devices"])?;
    let names = devices.answer.as_array().into_iter().flatten().filter_map(|device| device.get("name")?.as_str());
    names.for_each(|name| stage.sought.text("device", name));
    Ok(())
}

fn join(administrator: &Device, device: &Device, role: &str) -> Result<(), Failure> {
    let code = administrator.run(&["org", "invite", device.person, "--role", role])?.text("code");
    device.run(&["join", &code])?;
    administrator.run(&["org", "approve", device.person])?;
    let joined = device.run(&["join"])?;
    claim(joined.text("state") == "approved", format!("{} is approved", device.person))
}

fn said(role: &str) -> &str {
    if role == "legal" { "lawyer" } else { role }
}
