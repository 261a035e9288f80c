//! `antler verify --ledger`: whether every event has one fate on its way to each version.

use antler_core::ledger::{Account, AccountState, LedgerHop};
use anyhow::{Result, bail};

use crate::{
    access::Access,
    printer::Printer,
    render::{self, Align, count},
};

/// Opens the accounts of the ledger and prints them.
///
/// # Errors
/// The server or the database failed, or the ledger does not add up.
pub(super) fn run(access: &Access, json: bool, printer: &Printer) -> Result<()> {
    let accounts = access.ledger()?;
    let wrong = accounts.iter().filter(|account| !account.adds_up()).count();
    let out = if json { serde_json::to_string_pretty(&accounts)? + "\n" } else { text(&accounts, wrong) };
    printer.data(out.as_bytes())?;
    if wrong > 0 {
        bail!("the ledger does not add up");
    }
    Ok(())
}

fn text(accounts: &[Account], wrong: usize) -> String {
    if accounts.is_empty() {
        return "Nothing is deployed yet.\n".to_owned();
    }
    let columns = [
        ("HOP", Align::Left),
        ("RECEIVED", Align::Right),
        ("STORED", Align::Right),
        ("FILTERED", Align::Right),
        ("DEAD LETTERS", Align::Right),
        ("", Align::Left),
    ];
    let row = |account: &Account| {
        let state = match (account.adds_up(), account.state) {
            (false, _) => "does not add up",
            (true, AccountState::Loading) => "loading",
            (true, AccountState::Complete) => "",
        };
        let Account { received, stored, filtered, failed, .. } = *account;
        let numbers = [received, stored, filtered, failed].map(count);
        [vec![account.hop.to_string()], numbers.to_vec(), vec![state.to_owned()]].concat()
    };
    let mut out = render::table(&columns, accounts.iter().map(row).collect());
    out.push('\n');
    for account in accounts.iter().filter(|account| !account.adds_up()) {
        for exception in &account.exceptions {
            out.push_str(&format!("{} (topic {}): {exception}\n", account.hop, account.topic));
        }
        if account.more_exceptions {
            out.push_str(&format!("{} (topic {}): and more\n", account.hop, account.topic));
        }
    }
    let waiting: u64 =
        accounts.iter().filter(|account| is_first(account)).map(|account| account.waiting).sum();
    let received: u64 =
        accounts.iter().filter(|account| is_first(account)).map(|account| account.received).sum();
    if wrong == 0 {
        out.push_str(&format!("The ledger adds up: {} events on {} hops.", count(received), accounts.len()));
        if waiting > 0 {
            out.push_str(&format!(" {} more are on their way.", count(waiting)));
        }
        out.push('\n');
    }
    out
}

/// Whether this is the one account of its topic that counts the topic's events.
fn is_first(account: &Account) -> bool {
    match &account.hop {
        LedgerHop::Rows { from, to } => from == to,
        LedgerHop::Refused { .. } => true,
    }
}
