interface Person {
  name: string;
}
export interface Order {
  id: Key<string>;
  buyer: Person & { iban: string };
}
