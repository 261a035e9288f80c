export default function migrate({ note, ...event }: any): any {
  return { ...event, isEarly: note === "early" };
}
