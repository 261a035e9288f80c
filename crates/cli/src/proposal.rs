//! How a plan looks in the terminal before it is applied.

use antler_core::{
    compatibility::{Compatibility, FieldVerdict},
    diagnostic::Diagnostic,
    load::speed::{Basis, Rate},
    plan::proposal::{Data, ModelChange, Proposal, Room, Step, Total},
};

use crate::{
    explain,
    render::{self, bytes, count, duration},
};

/// The plan as a page: what became of the models, the steps in order, what they take, and the id.
pub fn page(proposal: &Proposal) -> String {
    if proposal.changes.is_empty() {
        return "Nothing to do: what is deployed is what the project says.\n".to_owned();
    }
    let mut out: String = proposal.models.iter().map(|model| model_change(model) + "\n").collect();
    for (i, change) in proposal.changes.iter().enumerate() {
        out += &format!("{}. {}\n", i + 1, step(change));
    }
    out += &format!("\n{}plan {}\n", total(&proposal.total), proposal.id);
    out
}

/// That the disk is too small for a plan, if it is.
pub fn no_room(total: &Total) -> Option<Diagnostic> {
    match (total.room, total.data) {
        (Room::TooLittle, Some(data)) => Some(explain::no_room(data.disk_bytes, total.free_bytes)),
        (Room::TooLittle | Room::Enough, _) => None,
    }
}

fn model_change(ModelChange { from, to, compatibility, fields }: &ModelChange) -> String {
    let mut out = format!("{from} → {}  a {compatibility} change\n", to.version);
    let (same, changed): (Vec<_>, Vec<_>) =
        fields.iter().partition(|field| field.compatibility == Compatibility::Identical);
    for verdict in changed {
        out += &format!("  {}: {verdict}\n", verdict.compatibility);
    }
    if !same.is_empty() {
        let names: Vec<_> = same.iter().map(|FieldVerdict { field, .. }| field.as_str()).collect();
        out += &format!("  {}: {}\n", Compatibility::Identical, names.join(", "));
    }
    out
}

fn step(Step { change, data }: &Step) -> String {
    let change = render::change(change);
    match data {
        Some(Data { milliseconds, disk_bytes, .. }) => {
            format!("{change}; {}, {} more on disk", time(*milliseconds), bytes(*disk_bytes))
        }
        None => change,
    }
}

fn total(total: &Total) -> String {
    let Total { data, rate: Rate { rows_per_second, basis }, free_bytes, room: _ } = total;
    let Some(Data { rows, bytes: size, milliseconds, disk_bytes }) = data else {
        return "No data moves.\n".to_owned();
    };
    let rate = count(rows_per_second.get());
    let basis = match basis {
        Basis::Measured => format!("the last loads took {rate} rows/s"),
        Basis::Assumed => format!("{rate} rows/s are assumed, until a load was measured"),
        Basis::Limited => format!("loads may take {rate} rows/s"),
    };
    format!(
        "Data moves: about {} rows, {}, in {}. That is an estimate: {basis}.\n\
         The disk will hold about {} more; {} are free. The clone that is read takes nothing.\n",
        count(*rows),
        bytes(*size),
        time(*milliseconds),
        bytes(*disk_bytes),
        bytes(*free_bytes)
    )
}

fn time(milliseconds: u64) -> String {
    match milliseconds {
        0..1000 => "less than a second".to_owned(),
        _ => format!("about {}", duration(milliseconds)),
    }
}
