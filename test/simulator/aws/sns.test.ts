import { SimulatedSns } from "../../../simulator/aws/sns.ts";
import { call, createKernel, errorOf, ireland, startOfTime, virginia } from "./service-support.ts";

function setUp() {
  const sns = new SimulatedSns(createKernel());
  const TopicArn = sns.createTopic(ireland, "people");
  const publish = (input: object, region: string = ireland) =>
    call(sns, "sns", "Publish", region, { TopicArn, Message: '{"summary":"down"}', ...input });
  return { sns, publish };
}

describe("SimulatedSns", () => {
  it("keeps what a topic took, with its Region and its JSON", () => {
    const { sns, publish } = setUp();

    publish({ Subject: "s", MessageAttributes: { dedupKey: { DataType: "String", StringValue: "k" } } });
    publish({ Message: "no JSON" });

    expect(sns.messages).toMatchObject([
      {
        at: startOfTime,
        region: ireland,
        subject: "s",
        text: '{"summary":"down"}',
        content: { summary: "down" },
        attributes: { dedupKey: "k" },
      },
      { subject: null, text: "no JSON", content: null, attributes: {} },
    ]);
  });

  it.each([
    ["an empty message", { Message: "" }, "InvalidParameterException"],
    ["an empty attribute", { MessageAttributes: { k: { DataType: "String" } } }, "InvalidParameterException"],
    ["a subject of a hundred characters", { Subject: "s".repeat(100) }, "InvalidParameterException"],
    ["a subject of two lines", { Subject: "a\nb" }, "InvalidParameterException"],
    ["too many bytes", { Message: "é".repeat(128 * 1_024 + 1) }, "InvalidParameterException"],
    ["an unknown topic", { TopicArn: "arn:aws:sns:eu-west-1:111122223333:nobody" }, "NotFoundException"],
    ["what it does not know", { PhoneNumber: "1" }, "UnknownToSimulator"],
  ])("refuses %s", (_what, input, name) => {
    const { sns, publish } = setUp();

    expect(errorOf(() => publish(input))).toBe(name);
    expect(sns.messages).toEqual([]);
  });

  it("refuses a topic of another Region", () => {
    expect(errorOf(() => setUp().publish({}, virginia))).toBe("InvalidParameterException");
  });
});
