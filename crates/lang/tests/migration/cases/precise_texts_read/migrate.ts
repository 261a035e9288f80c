import type { Invoice as Old } from "../../.antler/versions/0_0";
import type { Invoice } from "../datamodels/models";

export default function migrate(invoice: Old): Invoice {
  return {
    id: invoice.id,
    uuid: invoice.text.length > 5 ? null : "61F0C404-5CB3-11E7-907B-A6006AD3DBA0",
    price: invoice.n > 1e6 ? invoice.day : invoice.n.toFixed(2),
    day: invoice.kind === "a" ? "2024-02-29" : invoice.day.startsWith("20") ? invoice.day : null,
    kind: invoice.kind,
  };
}
