//! One project and many lives of its server.

use std::{
    net::SocketAddr,
    path::Path,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use antler_server::fail_point::FailPoint;
use anyhow::{Context as _, Result, ensure};

use crate::{
    Args,
    author::{Author, STEPS},
    chance::Chance,
    fault::{Coverage, Fault, REPLAYS, SINKS},
    ledger::{Answer, Form, Ledger, Request},
    producer::{self, Outlet},
    project::Project,
    server::{Addresses, Server, Tokens},
    verdict::{self, Verdict},
    versions::{MENDED, VERSIONS, Version},
};

/// How many send at the same time.
const PRODUCERS: usize = 4;
/// What is there before the first kill: batches enough for several parts of a table, each at least a chunk
/// of a load.
const FIRST: [u64; 4] = [30_000; 4];
/// What the newest version gets before the last step.
const LAST: [u64; 8] = [50; 8];
/// How long anything may take that nobody kills.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often the author looks, who must not keep a kill waiting too often.
const LOOK: Duration = Duration::from_millis(200);
const PAUSE: Duration = Duration::from_millis(20);

/// A round.
pub struct Round<'a> {
    args: &'a Args,
    project: Project,
    ledger: Ledger,
    author: Author,
    chance: Chance,
    coverage: &'a mut Coverage,
    /// The fail point of the last death on the way of the author's last step.
    last: Option<FailPoint>,
}

impl<'a> Round<'a> {
    /// Begins with a new project.
    pub fn new(args: &'a Args, folder: &Path, chance: Chance, coverage: &'a mut Coverage) -> Result<Self> {
        let project = Project::init(&args.antler, folder)?;
        let (ledger, author) = (Ledger::default(), Author::default());
        Ok(Self { args, project, ledger, author, chance, coverage, last: None })
    }

    /// Kills the server so many times, lets it finish, and compares.
    pub fn run(mut self, kills: u32) -> Result<Verdict> {
        self.open()?;
        // The last quarter is for replays.
        let for_steps = kills - kills / 4;
        for kill in 0..kills {
            if kill == for_steps {
                self.take_all_steps()?.kill()?;
            }
            // Steps are spread over their part of the round; the first one is taken before it.
            let due = 2 + kill as usize * (STEPS - 1) / for_steps as usize;
            let steps = !self.author.waits() && self.author.done() < due.min(STEPS);
            if steps {
                self.last = None;
            }
            let points = self.points(steps);
            let fault = match self.args.tokens() {
                Tokens::Whole => Fault::choose(&mut self.chance, points, self.coverage),
                // The first batch of each life is stored and forgotten, so the next life sends it
                // again.
                Tokens::Broken => Fault::Point { point: FailPoint::SinkInserted, times: 1 },
            };
            self.live(fault, steps)?;
        }
        self.close()
    }

    /// Where a server can die now.
    fn points(&self, steps: bool) -> Vec<FailPoint> {
        if self.author.has_mended() {
            return SINKS.into_iter().chain(REPLAYS).collect();
        }
        if !steps && !self.author.waits() {
            return SINKS.to_vec();
        }
        // The next life goes on behind the point at which the last one ended, and a plan that is
        // finished at a start finds no sinks to hold.
        let ahead = |point: &FailPoint| match self.last {
            Some(last) => *point > last && *point != FailPoint::PlanHeld,
            None => true,
        };
        Author::way(self.author.done() + usize::from(steps)).filter(ahead).collect()
    }

    /// A first life without a fault, in which the first version gets many events.
    fn open(&mut self) -> Result<()> {
        self.author.take_step(&self.project)?;
        let mut server = Server::start(&self.project, Fault::Instant(PATIENCE), Tokens::Whole)?;
        let server_at = self.wait_for_author(&mut server)?.http;
        self.send(server_at, &FIRST, VERSIONS[0]);
        server.kill()
    }

    /// Sends bodies with so many events to a version.
    fn send(&self, server: SocketAddr, bodies: &[u64], version: Version) {
        let (stop, live) = (AtomicBool::new(false), AtomicUsize::new(1));
        let outlet = Outlet { server, live: &live, stop: &stop, ledger: &self.ledger };
        let agent = producer::agent();
        for count in bodies {
            let ids = self.ledger.draw(*count);
            let body = Request { ids, version, form: Form::Lines, keyed: false, answer: Answer::Nothing };
            self.ledger.enter(producer::send(&agent, &outlet, body));
        }
    }

    /// One life that ends with a kill.
    fn live(&mut self, fault: Fault, steps: bool) -> Result<()> {
        let Self { args, project, ledger, author, chance, coverage, last } = self;
        let mut server = Server::start(project, fault, args.tokens())?;
        let mut latest = Instant::now() + fault.latest();
        let (stop, live) = (AtomicBool::new(false), AtomicUsize::new(author.live()));
        thread::scope(|scope| {
            let _stop = StopAtEnd(&stop);
            let (mut begun, mut looked) = (false, Instant::now());
            loop {
                if server.has_died()? {
                    if let Fault::Point { point, .. } = fault {
                        coverage.note(point);
                        if !SINKS.contains(&point) && !REPLAYS.contains(&point) {
                            *last = Some(point);
                        }
                    }
                    return Ok(());
                }
                if Instant::now() >= latest {
                    return server.kill();
                }
                if let Some(addresses) = server.addresses() {
                    if !begun {
                        begun = true;
                        for _ in 0..PRODUCERS {
                            let outlet = Outlet { server: addresses.http, live: &live, stop: &stop, ledger };
                            let chance = chance.split();
                            scope.spawn(move || producer::produce(outlet, chance));
                        }
                        if steps {
                            author.take_step(project)?;
                            latest = Instant::now() + fault.latest();
                        }
                    }
                    if looked.elapsed() > LOOK {
                        author.look(project, &server);
                        if author.has_mended() {
                            // It may die of it.
                            for (version, reason) in MENDED {
                                let _ = server.replay_some(version, reason);
                            }
                        }
                        looked = Instant::now();
                    }
                    live.store(author.live(), Ordering::SeqCst);
                }
                thread::sleep(PAUSE);
            }
        })
    }

    /// A last life, in which everything comes to rest and is compared.
    fn close(mut self) -> Result<Verdict> {
        let server = self.take_all_steps()?;
        server.settle()?;
        server.replay_all()?;
        server.settle()?;
        verdict::judge(&self.ledger, &server)
    }

    /// A life in which the author gets to the end.
    fn take_all_steps(&mut self) -> Result<Server> {
        let mut server = Server::start(&self.project, Fault::Instant(PATIENCE), Tokens::Whole)?;
        self.wait_for_author(&mut server)?;
        while self.author.done() < STEPS {
            if self.author.done() + 1 == STEPS {
                // The endpoint refuses a part of these, which the last step is about.
                let newest = VERSIONS[VERSIONS.len() - 1];
                self.send(server.addresses().context("it has listened")?.http, &LAST, newest);
            }
            self.author.take_step(&self.project)?;
            self.wait_for_author(&mut server)?;
        }
        Ok(server)
    }

    /// Waits until the server listens and the author's last step is deployed.
    fn wait_for_author(&mut self, server: &mut Server) -> Result<Addresses> {
        let started = Instant::now();
        loop {
            ensure!(!server.has_died()?, "the server was killed by somebody else");
            ensure!(started.elapsed() < PATIENCE, "step {} is never deployed", self.author.done());
            if let Some(addresses) = server.addresses() {
                self.author.look(&self.project, server);
                if !self.author.waits() {
                    return Ok(addresses);
                }
            }
            thread::sleep(PAUSE);
        }
    }
}

/// Stops the producers of a life however it ends.
struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
