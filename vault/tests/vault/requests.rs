//! Requests as bytes on a connection.

use casevault_wire::id::JournalId;
use casevault_wire::request::HEADER;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::member::{Call, Member, batch, empty, entries};
use crate::world::World;

const CASE: JournalId = JournalId([5; 16]);

fn call(member: &Member) -> Call<'static> {
    let body = batch(&[], entries(&empty(CASE), 1, &[b"one"]));
    Call { method: "POST", path: format!("{}/batch", member.journal(CASE)), body, ..Call::default() }
}

/// Sends `call` with its credentials and `more` headers, the body as it is sent, on a connection of its own.
async fn send(member: &Member, call: &Call<'_>, more: &str, body: &[u8]) -> TcpStream {
    let credentials = member.credentials(call).await;
    let more = more.replace("CREDENTIALS", &credentials);
    let mut stream = TcpStream::connect(member.base.strip_prefix("http://").unwrap()).await.unwrap();
    let head = format!("POST {} HTTP/1.1\r\nhost: vault\r\n{HEADER}: {credentials}\r\n{more}\r\n\r\n", call.path);
    stream.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    stream
}

/// The status that comes back.
async fn status(mut stream: TcpStream) -> String {
    let mut line = [0; 12];
    stream.read_exact(&mut line).await.unwrap();
    String::from_utf8_lossy(&line[9..]).into_owned()
}

// Obeys R-7.2-3.
// Breaks R-7.2-3.
#[tokio::test]
async fn a_body_has_one_length_and_a_header_one_value() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    let call = call(&member);
    let length = format!("content-length: {}", call.body.len());
    let chunked = [format!("{:x}\r\n", call.body.len()).as_bytes(), &call.body, b"\r\n0\r\n\r\n"].concat();
    for (more, body) in [
        ("transfer-encoding: chunked".to_owned(), &chunked),
        (format!("{length}\r\ncontent-encoding: identity"), &call.body),
        (format!("{length}\r\n{HEADER}: CREDENTIALS"), &call.body),
        (format!("{length}\r\nupload-offset: 0\r\nupload-offset: 0"), &call.body),
    ] {
        assert_eq!(status(send(&member, &call, &more, body).await).await, "400", "{more}");
    }
    assert_eq!(member.state().await.unwrap().change, 0);
    assert_eq!(status(send(&member, &call, &length, &call.body).await).await, "200");
}

// Obeys R-7.1-4.
// Breaks R-7.1-4.
#[tokio::test]
async fn what_has_come_whole_is_carried_out_for_a_client_that_has_gone() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    let call = call(&member);
    let length = format!("content-length: {}", call.body.len());
    let half = send(&member, &call, &length, &call.body[..call.body.len() / 2]).await;
    drop(half);
    assert_eq!(member.state().await.unwrap().change, 0, "what never came whole is not begun");
    drop(send(&member, &call, &length, &call.body).await);
    // Each question gives the server time; nobody can tell the one who left when it was done.
    for _ in 0..10_000 {
        if member.state().await.unwrap().change == 1 {
            return;
        }
    }
    panic!("the request went with its client");
}
