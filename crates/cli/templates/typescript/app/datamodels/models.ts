import type { Key } from "antler";

/** Something a user did. Every exported interface in this folder is a data model. */
export interface UserActivity {
  eventId: Key<string>;
  userId: string;
  timestamp: Date;
  activity: string;
}
