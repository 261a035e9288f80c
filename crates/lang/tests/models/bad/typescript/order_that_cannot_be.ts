export interface A {
  id: Key<string>;
  note?: string;
  tags: (string | null)[];
  part: { x?: number };
  at: Date;
}
export const AConfig: DataModelConfig<A> = {
  storage: { order_by_fields: ["note", "tags", "part", "at", "at", "nothing"] },
};
