interface City {
  name: string;
  country: { code: string; languages: string[] };
}

export interface Visit {
  id: Key<string>;
  city: City;
  route: City[];
  inline: { a: { b: { c: boolean } } };
}
