//! What must hold in every state that can be reached.

use stateright::Property;

use super::device::Device;
use super::world::{Event, Fate, RECIPIENT, Rules, SENDER, World};

pub const OUT: &str = "whoever was shut out stays out";
pub const OVER: &str = "what was taken back is read by nobody, and its last key is told to nobody";
pub const SEALED: &str = "no key is sealed to whoever has left the recipient's team";
pub const FINISH: &str = "either device can bring it to its end alone: those who left are out, and the recipient reads";

pub fn all() -> Vec<Property<Rules>> {
    vec![
        Property::always(OUT, |_, world: &World| {
            [SENDER, RECIPIENT].into_iter().all(|team| !world.shut[team] || !world.reads(team))
        }),
        Property::always(OVER, |_, world: &World| !world.case.contains(&Event::Ended) || world.closed),
        Property::always(SEALED, |_, world: &World| sealed_well(world)),
        Property::always(FINISH, |rules: &Rules, world: &World| (0..2).all(|who| finishes(rules, world, who))),
        Property::sometimes("the recipient follows a second key", |_, world: &World| world.ring.len() > 1),
        Property::sometimes("somebody who left is shut out", |_, world: &World| world.shut[SENDER] || world.shut[RECIPIENT]),
    ]
}

/// A key that was drawn since somebody left the recipient's team is in no envelope that they open.
fn sealed_well(world: &World) -> bool {
    world.case.iter().all(|event| match event {
        Event::Key(key) if key.left[RECIPIENT] > 0 => !world.learned[RECIPIENT].contains(&key.generation),
        _ => true,
    })
}

/// Plays on with one device and the recipient alone, both of whom nothing holds up.
fn finishes(rules: &Rules, world: &World, who: usize) -> bool {
    let mut world = world.clone();
    for _ in 0..6 {
        world.rotated = world.left[RECIPIENT];
        let device = &mut world.devices[who];
        (device.left, device.next) = (world.left, None);
        device.read_on(&world.case);
        for _ in 0..16 {
            world.step(who, Fate::Done, rules);
        }
        world.take();
    }
    is_done(&world, &world.devices[who])
}

fn is_done(world: &World, device: &Device) -> bool {
    let Some(newest) = device.newest(&world.case) else { return false };
    if world.case.contains(&Event::Ended) || world.closed {
        return world.closed;
    }
    let told = world.grant == Some(newest.generation) && world.ring.last() == Some(&newest.generation);
    device.settled && told && world.written == newest.generation && newest.left == world.left
}
