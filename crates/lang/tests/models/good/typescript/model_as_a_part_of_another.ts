export interface User {
  id: Key<string>;
  name: string;
}

// The key of `User` is an ordinary field in here.
export interface Login {
  id: Key<string>;
  user: User;
}
