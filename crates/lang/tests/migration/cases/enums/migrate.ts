import type { Ticket as Old } from "../../.antler/versions/0_0";
import type { Ticket } from "../datamodels/models";

enum Priority {
  Low = 1,
  Normal = 5,
  Urgent = 300,
}

enum Open {
  Yes = "yes",
  No = "no",
}

export default function migrate(ticket: Old): Ticket {
  return {
    ...ticket,
    open: ticket.status === "active" ? Open.Yes : ticket.status === "inactive" ? Open.No : "maybe",
    previous: ticket.previous ?? "none",
    before: ticket.previous,
    label: ticket.status.toUpperCase() + ":" + ticket.priority,
    isActive: ticket.status === "active",
    level: ticket.priority >= Priority.Urgent ? 7 : 0,
    urgent: ticket.priority === Priority.Urgent,
    wasPending: ticket.history.includes("pending"),
    trail: ticket.history.join(">"),
  };
}
