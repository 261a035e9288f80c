export interface Flight { id: Key<string> }
