import type { Ticket as Old } from "../../.antler/versions/0_0";
import type { Ticket } from "../datamodels/models";

export default function migrate(ticket: Old): Ticket {
  return {
    id: ticket.id,
    status: ticket.raw.trim() as Ticket["status"],
    other: ticket.other as Ticket["other"],
    level: ticket.level < 5 ? 0 : (ticket.level as Level),
  };
}
