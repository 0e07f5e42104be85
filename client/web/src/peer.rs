//! Who is at the other end of a connection. The session is what lets somebody in; this keeps another user of the machine from trying.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::MetadataExt as _;

/// The sockets of each family, as Linux lists them. A socket of IPv6 can come from an address of IPv4.
const SOCKETS: [&str; 2] = [LIST, "/proc/net/tcp6"];
const LIST: &str = "/proc/net/tcp";

/// Where a system has such lists: there, whoever is not seen in them is not let in. Other systems have none.
const LISTED: bool = cfg!(target_os = "linux");
/// What belongs to whoever runs this program.
const OWN: &str = "/proc/self";

/// Whether it can be seen who is at the other end, where that is to be seen at all.
///
/// # Errors
/// Why it cannot.
pub(crate) fn check() -> io::Result<()> {
    if LISTED {
        std::fs::metadata(OWN)?;
        std::fs::read_to_string(LIST)?;
    }
    Ok(())
}

/// Whether the connection from `peer` to the port is another user's, or nobody's that the system knows of.
pub(crate) fn is_strange(peer: SocketAddr) -> bool {
    let lists = SOCKETS.iter().filter_map(|list| std::fs::read_to_string(list).ok());
    LISTED && is_strange_by(lists, std::fs::metadata(OWN).ok().map(|own| own.uid()), peer)
}

/// The same by these lists, if this user is `own`.
fn is_strange_by(lists: impl Iterator<Item = String>, own: Option<u32>, peer: SocketAddr) -> bool {
    let owner = lists.filter_map(|sockets| owner(&sockets, peer)).next();
    owner.is_none() || owner != own
}

/// Who owns the socket at this address, by the system's list.
fn owner(sockets: &str, peer: SocketAddr) -> Option<u32> {
    let mut rows = sockets.lines().map(|line| line.split_whitespace());
    let addresses = written(peer);
    let row = rows.find(|row| row.clone().nth(1).is_some_and(|address| addresses.iter().any(|one| one == address)))?;
    row.into_iter().nth(7)?.parse().ok()
}

/// An address as the lists have it, also as one of the other family: in words of four bytes, each in this machine's order.
fn written(peer: SocketAddr) -> Vec<String> {
    let words = |octets: &[u8]| {
        let words = octets.chunks_exact(4).filter_map(|word| word.try_into().ok()).map(u32::from_ne_bytes);
        words.map(|word| format!("{word:08X}")).collect::<String>() + &format!(":{:04X}", peer.port())
    };
    match peer.ip() {
        IpAddr::V4(ip) => vec![words(&ip.octets()), words(&ip.to_ipv6_mapped().octets())],
        IpAddr::V6(ip) => vec![words(&ip.octets())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_of_a_socket_is_read_from_the_list() {
        let list = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
                    0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1\n\
                    1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 2\n\
                    2: 0000000000000000FFFF00000100007F:C351 0000000000000000FFFF00000100007F:1F90 01 0:0 00:0 0  1002        0 3\n\
                    3: 00000000000000000000000001000000:C352 00000000000000000000000001000000:1F90 01 0:0 00:0 0  1003        0 4\n";
        for (peer, known) in [
            ("127.0.0.1:50000", Some(1001)),
            ("127.0.0.1:50001", Some(1002)),
            ("[::1]:50002", Some(1003)),
            ("127.0.0.1:50003", None),
        ] {
            assert_eq!(owner(list, peer.parse().unwrap()), known, "{peer}");
        }
    }

    #[test]
    fn who_is_in_no_list_is_a_stranger() {
        assert!(is_strange("127.0.0.1:1".parse().unwrap()));
    }

    #[test]
    fn nobody_is_let_in_where_nothing_can_be_seen() {
        let peer = "127.0.0.1:50000".parse().unwrap();
        let list = || std::iter::once("0: 0100007F:C350 0100007F:1F90 01 0:0 00:0 0 1001 0 2\n".to_owned());
        assert!(!is_strange_by(list(), Some(1001), peer));
        assert!(is_strange_by(list(), Some(1002), peer), "another user's");
        assert!(is_strange_by(list(), None, peer), "it is not known who this is");
        assert!(is_strange_by(std::iter::empty(), Some(1001), peer), "the lists cannot be read");
        assert!(is_strange_by(std::iter::empty(), None, peer), "nothing can be");
    }
}
