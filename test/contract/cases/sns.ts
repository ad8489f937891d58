import { PublishCommand } from "@aws-sdk/client-sns";
import type { Message } from "../../../functions/notify/message.ts";
import { publish } from "../../../functions/notify/topic.ts";
import { type Cloud, home } from "../backend.ts";
import { type Contract, refusalOf } from "../contract.ts";
import { storefront } from "../plan.ts";

const message: Message = {
  subject: "storefront: us-east-1 is down…",
  text: JSON.stringify({ summary: 'a "quoted"\nword & a <sign>, 顧客', dedupKey: "storefront/1" }),
  dedupKey: "storefront/1",
};

const tell = (cloud: Cloud, topicArn: string, changes: Partial<Message> = {}) =>
  publish(cloud.dependencies(storefront), topicArn, { ...message, ...changes });

export const sns: Contract = {
  service: "SNS",
  cases: {
    "a message goes out, with a subject and the key that folds repeats": async (cloud) => {
      const topicArn = await cloud.prepare.topic(home, cloud.unique("people"));

      await expect(tell(cloud, topicArn)).resolves.toBeUndefined();
    },

    "a message that is taken has an id": async (cloud) => {
      const topicArn = await cloud.prepare.topic(home, cloud.unique("people"));

      const { MessageId } = await cloud.aws
        .sns(home)
        .send(new PublishCommand({ TopicArn: topicArn, Message: message.text }));

      expect(MessageId).toMatch(/^\S{8,}$/);
    },

    "the same message twice is two messages": async (cloud) => {
      const topicArn = await cloud.prepare.topic(home, cloud.unique("people"));
      const send = () => cloud.aws.sns(home).send(new PublishCommand({ TopicArn: topicArn, Message: message.text }));

      expect((await send()).MessageId).not.toBe((await send()).MessageId);
    },

    "255 KiB are taken": async (cloud) => {
      const topicArn = await cloud.prepare.topic(home, cloud.unique("people"));

      await expect(tell(cloud, topicArn, { text: "x".repeat(255 * 1_024) })).resolves.toBeUndefined();
    },

    "more than 256 KiB are refused": async (cloud) => {
      const topicArn = await cloud.prepare.topic(home, cloud.unique("people"));

      const refusal = await refusalOf(tell(cloud, topicArn, { text: "x".repeat(256 * 1_024 + 1) }));

      expect(refusal).toEqual({ name: "InvalidParameterException", sortedAs: "rejected" });
    },

    "a subject of 99 characters is taken": async (cloud) => {
      const topicArn = await cloud.prepare.topic(home, cloud.unique("people"));

      await expect(tell(cloud, topicArn, { subject: "s".repeat(99) })).resolves.toBeUndefined();
    },

    "a subject of more than 100 characters is refused": async (cloud) => {
      const topicArn = await cloud.prepare.topic(home, cloud.unique("people"));

      const refusal = await refusalOf(tell(cloud, topicArn, { subject: "s".repeat(101) }));

      expect(refusal.sortedAs).toBe("rejected");
    },

    "a topic that is not there is refused": async (cloud) => {
      const topicArn = await cloud.prepare.topic(home, cloud.unique("people"));

      const refusal = await refusalOf(tell(cloud, `${topicArn}-not-there`));

      expect(refusal).toEqual({ name: "NotFoundException", sortedAs: "rejected" });
    },
  },
};
