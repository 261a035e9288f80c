import type { Booking, Order } from "../../../datamodels/models";

export default function run(order: Order): Booking {
  return { id: order.id, amount: order.cents / 100 };
}
