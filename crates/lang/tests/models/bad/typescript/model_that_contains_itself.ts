export interface Comment {
  id: Key<string>;
  replies: Comment[];
}
