import type { Key } from "antler";
import type { Envelope } from "../lib/envelope";
import { Kind } from "../lib/kinds";

interface Press {
  kind: Kind;
}

export type Event = Envelope<Press>;
