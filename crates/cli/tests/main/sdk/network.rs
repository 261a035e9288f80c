//! A network between a client and a server that loses requests and answers, and says that it is busy.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

/// Where clients connect. It ends with the test.
pub struct Network {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    server: Mutex<Option<SocketAddr>>,
    answers_lost: AtomicUsize,
}

impl Network {
    /// Starts it, without a server behind it.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let network = Self { address: listener.local_addr().unwrap(), state: Arc::default() };
        let state = Arc::clone(&network.state);
        thread::spawn(move || {
            for (number, client) in listener.incoming().enumerate() {
                let state = Arc::clone(&state);
                // Whatever goes wrong with a connection ends it, which is what this is for.
                thread::spawn(move || client.and_then(|client| pass(client, number, &state)));
            }
        });
        network
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Passes requests on to a server from now on.
    pub fn connect(&self, server: SocketAddr) {
        *self.state.server.lock().unwrap() = Some(server);
    }

    /// How many requests were answered without the client hearing it.
    pub fn answers_lost(&self) -> usize {
        self.state.answers_lost.load(Ordering::Relaxed)
    }
}

/// A server that is busy once, says so with a header, and then accepts a record. Tells where it is, and after how
/// long it is asked again.
pub fn busy_once(header: &'static str) -> (String, mpsc::Receiver<Duration>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (told, pauses) = mpsc::channel();
    thread::spawn(move || {
        let accepted = "{\"accepted\":1}";
        let answers = [("429 Busy", header, ""), ("200 OK", "", accepted)].map(|(status, header, body)| {
            let length = body.len();
            format!(
                "HTTP/1.1 {status}\r\n{header}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
            )
        });
        let mut before = Instant::now();
        for answer in answers {
            let (mut client, _) = listener.accept().unwrap();
            let pause = before.elapsed();
            before = Instant::now();
            // The request may come in pieces; its body ends with a line.
            let mut request = Vec::new();
            while !request.ends_with(b"}\n") {
                let mut piece = [0; 65536];
                let count = client.read(&mut piece).unwrap();
                request.extend_from_slice(&piece[..count]);
            }
            client.write_all(answer.as_bytes()).unwrap();
            if answer.ends_with(accepted) {
                told.send(pause).unwrap();
            }
        }
    });
    (url, pauses)
}

/// Passes a connection on, in one of seven ways.
fn pass(mut client: TcpStream, number: usize, state: &State) -> io::Result<()> {
    let Some(server) = *state.server.lock().unwrap() else { return Ok(()) };
    match number % 7 {
        0 => Ok(()),
        1 => {
            read_some(&mut client)?;
            client.write_all(
                b"HTTP/1.1 503 Busy\r\nretry-after: 0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            )
        }
        2 | 3 => {
            let server = TcpStream::connect(server)?;
            let (mut to, mut from) = (server.try_clone()?, client.try_clone()?);
            thread::spawn(move || io::copy(&mut from, &mut to));
            if read_some(&mut &server)? > 0 {
                state.answers_lost.fetch_add(1, Ordering::Relaxed);
            }
            let _ = server.shutdown(Shutdown::Both);
            client.shutdown(Shutdown::Both)
        }
        _ => {
            let mut server = TcpStream::connect(server)?;
            let (mut to, mut from) = (server.try_clone()?, client.try_clone()?);
            thread::spawn(move || io::copy(&mut from, &mut to));
            // Three answers, so that no connection that is kept open stays without faults.
            let mut buffer = [0; 4096];
            for _ in 0..3 {
                let count = server.read(&mut buffer)?;
                client.write_all(&buffer[..count])?;
            }
            let _ = server.shutdown(Shutdown::Both);
            client.shutdown(Shutdown::Both)
        }
    }
}

fn read_some(stream: &mut impl Read) -> io::Result<usize> {
    stream.read(&mut [0; 65536])
}
