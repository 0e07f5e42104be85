//! Statistics: what clients and both servers tell each other, and reports that are not of their form.

use casevault_statistics::vdaf::{Part, Sum, Vdaf, Verifier};
use casevault_wire::limit;
use casevault_wire::statistics as t;

use super::bytes::{Bytes, all_canonical, canonical};

/// Structures of the statistics.
pub(super) fn wire_statistics(data: &[u8]) {
    all_canonical!(data, limit::BODY; t::SignedAggregator, t::Contribution, t::ReportList, t::Reported, t::Progress);
    all_canonical!(data, limit::BODY; t::Job, t::Answers, t::Released, t::SignedShare);
    if let Some(closing) = canonical::<t::SignedClosing>(data, limit::BODY) {
        let t::Task { leader, helper } = &closing.content.task;
        assert!(!closing.content.task.is_sound() || leader.sealing_key != helper.sealing_key);
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Some(period) = t::Period::parse(text)
    {
        assert_eq!(period.to_string(), text);
        assert!(period.begins() < period.ends());
        assert_eq!(t::Period::from_number(period.number()), Some(period));
    }
}

/// A report of any bytes, at each server: it is refused, or it adds what one case may. Nobody makes a valid one without its proof.
pub(super) fn statistics_reports(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let (vdaf, id) = (Vdaf::new().expect("cells"), bytes.array());
    let verifier = Verifier { vdaf: &vdaf, context: b"any", key: &[7; 32] };
    let shares = vdaf.split(b"any", &id, &[0, 1]).expect("a report");
    let changed =
        |bytes: &mut Bytes<'_>, share: &[u8]| if bytes.byte().is_multiple_of(2) { share.to_vec() } else { bytes.mutate(share) };
    let (public, leader, helper) =
        (changed(&mut bytes, &shares.public), changed(&mut bytes, &shares.leader), changed(&mut bytes, &shares.helper));
    let same = (&public, &leader, &helper) == (&shares.public, &shares.leader, &shares.helper);
    let _ = Sum::decode(&vdaf, &leader);
    let Ok((begun, message)) = verifier.begin(&Part { id: &id, public: &public, input: &leader }) else { return };
    let told = changed(&mut bytes, &message);
    let answered = verifier.answer(&Part { id: &id, public: &public, input: &helper }, &told);
    let Ok((addend, answer)) = answered else { return assert!(!same || told != message, "a report is refused") };
    assert!(same && told == message, "a changed report passes");
    let heard = changed(&mut bytes, &answer);
    if let Ok(ours) = verifier.end(begun, &heard) {
        let mut sums = [Sum::empty(&vdaf), Sum::empty(&vdaf)];
        sums[0].add(&ours).and(sums[1].add(&addend)).expect("as long");
        let [ours, theirs] = sums;
        let counts = ours.counts(&theirs).expect("counts");
        assert!(counts.iter().take(2).all(|count| *count == 1) && counts.iter().skip(2).all(|count| *count == 0));
    }
}
