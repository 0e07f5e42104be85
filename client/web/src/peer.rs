//! Who is at the other end of a connection. The session is what lets somebody in; this keeps another user of the machine from trying.

use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt as _;

/// The sockets of IPv4, as Linux lists them.
const SOCKETS: &str = "/proc/net/tcp";

/// Whether the connection from `peer` to the port is known to be another user's. Where the system does not tell, it is not known.
pub(crate) fn is_strange(peer: SocketAddr) -> bool {
    let (Ok(sockets), Ok(own)) = (std::fs::read_to_string(SOCKETS), std::fs::metadata("/proc/self")) else { return false };
    owner(&sockets, peer).is_some_and(|owner| owner != own.uid())
}

/// Who owns the socket at this address, by the system's list.
fn owner(sockets: &str, peer: SocketAddr) -> Option<u32> {
    let SocketAddr::V4(peer) = peer else { return None };
    let address = format!("{:08X}:{:04X}", u32::from_ne_bytes(peer.ip().octets()), peer.port());
    let mut rows = sockets.lines().map(|line| line.split_whitespace());
    let row = rows.find(|row| row.clone().nth(1) == Some(address.as_str()))?;
    row.into_iter().nth(7)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_of_a_socket_is_read_from_the_list() {
        let list = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
                    0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1\n\
                    1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 2\n";
        assert_eq!(owner(list, "127.0.0.1:50000".parse().unwrap()), Some(1001));
        assert_eq!(owner(list, "127.0.0.1:50001".parse().unwrap()), None);
    }
}
