export interface Visit {
  id: Key<string>;
  required: string;
  optional?: string;
  nullable: string | null;
  undefinable: string | undefined;
  both?: string | null;
  list?: string[];
  gaps: (number | null)[];
  nested?: { city: string; zip?: string } | null;
}
