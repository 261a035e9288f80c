export interface Header {
  id: Key<string>;
  "user-agent": string;
  "content type": string;
  "a.b": number;
  "quote\"d": string;
  'it`s': string;
}
