export default function migrate(event: any) {
  const loud = event.activity === "shout";
  return { id: event.id, kind: event.activity, loud, score: loud ? 10 : 1 };
}
