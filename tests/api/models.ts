import { DataModelConfig, IngestionFormat, Key } from "antler";

enum Haul {
  Short = "short",
  Long = "long",
}

enum Terminal {
  North = 1,
  South = 2,
}

interface Airport {
  code: string;
  elevation?: number;
  opened: Date | null;
}

/** Every type, taken as the sender likes. */
export interface Flight {
  id: Key<string>;
  miles: number;
  paid: boolean;
  ticket: bigint;
  at: Date;
  haul: Haul;
  terminal: Terminal;
  origin: Airport;
}

/** Every type that may be nothing, or is a list; one object in a body, and no other fields. */
export interface Booking {
  id: Key<bigint>;
  note?: string;
  price: number | null;
  paid?: boolean | null;
  ticket?: bigint;
  at: Date | null;
  haul?: Haul;
  terminal: Terminal | null;
  stops: Airport[];
  codes: (string | null)[];
  delays: number[];
  times: Date[];
  counts: bigint[];
  hauls: Haul[];
}
export const BookingConfig: DataModelConfig<Booking> = {
  ingestion: { format: IngestionFormat.JSON, unknownFields: "refuse" },
};

/** Batches. */
export interface Ping {
  at: Key<Date>;
  host: string;
}
export const PingConfig: DataModelConfig<Ping> = {
  ingestion: { format: IngestionFormat.JSON_ARRAY },
};
