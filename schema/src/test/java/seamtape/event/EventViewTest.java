package seamtape.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import seamtape.catalog.Call;
import seamtape.catalog.FileOperation;
import seamtape.catalog.Input;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.catalog.Tdvmcall;
import seamtape.catalog.TdxOperand;
import seamtape.catalog.TdxStatus;

class EventViewTest {
  private static final long VMM = Actor.vmm(100);
  private static final long ARGUMENT = 0x7f00_0000_1000L;

  private static Event enter(Call call, long... fields) {
    Event event = new Event().enter(call, VMM, 1000, Subject.vm(0));
    System.arraycopy(fields, 0, event.fields, 0, fields.length);
    event.number = 7;
    return event;
  }

  private static Event returns(Call call, long... fields) {
    Event event = new Event().returns(call, VMM, 2000, 1);
    System.arraycopy(fields, 0, event.fields, 0, fields.length);
    event.number = 8;
    return event;
  }

  private static ByteBuffer bytes(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static Event with(Event event, long at, ByteBuffer bytes) {
    event.copy(at, bytes.array(), 0, bytes.capacity());
    return event;
  }

  private static Event region() {
    ByteBuffer region = bytes(32).putInt(3).putInt(2).putLong(0x1000).putLong(65536);
    region.putLong(0x7fba_16ce_0000L);
    return with(enter(KvmIoctl.KVM_SET_USER_MEMORY_REGION, 4, ARGUMENT), 0, region);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  @Test
  void aStructIsShownFieldByFieldUnderItsOwnName() {
    EventView view = EventView.of(region());
    assertEquals(
        "{fd=4, arg=0x7f0000001000, kvm_userspace_memory_region={slot=3, flags=KVM_MEM_READONLY,"
            + " guest_phys_addr=0x1000, memory_size=65536, userspace_addr=0x7fba16ce0000}}",
        view.fields().toString());
    assertTrue(view.unknown().isEmpty());
    assertEquals(
        new FieldSpan("kvm_userspace_memory_region.guest_phys_addr", 0, 8, 8), view.spans().get(2));
  }

  @Test
  void aFieldWithoutItsBytesIsLeftOutAndNamed() {
    Event event = enter(KvmIoctl.KVM_SET_USER_MEMORY_REGION, 4, ARGUMENT);
    with(event, 0, bytes(4).putInt(1));
    with(event, 16, bytes(8).putLong(4096));
    EventView view = EventView.of(event);
    assertEquals(
        "{slot=1, memory_size=4096}", view.fields().get("kvm_userspace_memory_region").toString());
    assertEquals(
        List.of(
            "kvm_userspace_memory_region.flags",
            "kvm_userspace_memory_region.guest_phys_addr",
            "kvm_userspace_memory_region.userspace_addr"),
        view.unknown());
    assertEquals(1, view.spans().get(1).copy());
  }

  @Test
  void aFlexibleArrayEndsWithItsCountAndWithItsBytes() {
    ByteBuffer table = bytes(8 + 3 * 16).putInt(2).putInt(0);
    for (int i = 0; i < 3; i++) {
      table.putInt(0x174 + i).putInt(0).putLong(i);
    }
    Event counted = with(enter(KvmIoctl.KVM_SET_MSRS, 5, ARGUMENT), 0, table);
    assertEquals(
        "{nmsrs=2, entries=[{index=MSR_IA32_SYSENTER_CS, data=0x0},"
            + " {index=MSR_IA32_SYSENTER_ESP, data=0x1}]}",
        EventView.of(counted).fields().get("kvm_msrs").toString());
    table.putInt(0, 1_000_000_000);
    Event huge = with(enter(KvmIoctl.KVM_SET_MSRS, 5, ARGUMENT), 0, table);
    assertEquals(
        3, ((List<?>) map(EventView.of(huge).fields().get("kvm_msrs")).get("entries")).size());
  }

  @Test
  void elementsThatAreMissingKeepTheirPlace() {
    Event event = enter(KvmIoctl.KVM_SET_MSRS, 5, ARGUMENT);
    with(event, 0, bytes(8).putInt(2));
    with(event, 24, bytes(16).putInt(0x10).putInt(0).putLong(9));
    EventView view = EventView.of(event);
    assertEquals(
        "[null, {index=MSR_IA32_TSC, data=0x9}]",
        map(view.fields().get("kvm_msrs")).get("entries").toString());
    assertEquals(List.of("kvm_msrs.entries[0]"), view.unknown());
  }

  @Test
  void theSelectorChoosesTheMemberOfAUnion() {
    ByteBuffer pic = bytes(520).putInt(1).putInt(0).put((byte) 0).put((byte) 0x24);
    Event event = with(enter(KvmIoctl.KVM_SET_IRQCHIP, 4, ARGUMENT), 0, pic);
    Map<String, Object> chip = map(EventView.of(event).fields().get("kvm_irqchip"));
    assertEquals("KVM_IRQCHIP_PIC_SLAVE", chip.get("chip_id"));
    assertEquals("0x24", map(map(chip.get("chip")).get("pic")).get("irr"));

    ByteBuffer ioapic = bytes(520).putInt(2);
    ioapic.putLong(8 + 24 + 8 * 4, 0x0100_0000_0001_8931L);
    event = with(enter(KvmIoctl.KVM_SET_IRQCHIP, 4, ARGUMENT), 0, ioapic);
    chip = map(EventView.of(event).fields().get("kvm_irqchip"));
    List<?> pins = (List<?>) map(map(chip.get("chip")).get("ioapic")).get("redirtbl");
    assertEquals(24, pins.size());
    assertEquals(
        "{vector=49, delivery_mode=1, dest_mode=1, delivery_status=0, polarity=0, remote_irr=0,"
            + " trig_mode=1, mask=1, dest_id=1}",
        map(pins.get(4)).get("fields").toString());

    ByteBuffer other = bytes(520).putInt(9);
    event = with(enter(KvmIoctl.KVM_SET_IRQCHIP, 4, ARGUMENT), 0, other);
    chip = map(EventView.of(event).fields().get("kvm_irqchip"));
    assertEquals("KVM_IRQCHIP_?(9)", chip.get("chip_id"));
    assertFalse(map(chip).containsKey("chip"), "nothing but zeros, and no layout");
  }

  @Test
  void anExitShowsItsOwnMemberAndItsData() {
    Event run = returns(KvmIoctl.KVM_RUN, 0, 2);
    ByteBuffer header = bytes(32).put((byte) 0).put((byte) 0);
    header.putInt(8, 2);
    with(run, 0, header);
    with(
        run,
        32,
        bytes(16).put((byte) 1).put((byte) 1).putShort((short) 0x3f8).putInt(1).putLong(4096));
    with(run, 4096, bytes(1).put((byte) 0x34));
    EventView view = EventView.of(run);
    assertEquals("KVM_EXIT_IO", view.fields().get("exit_reason"));
    assertEquals(
        "{direction=KVM_EXIT_IO_OUT, size=1, port=0x3f8, count=1, data_offset=0x1000, data=34}",
        map(view.fields().get("kvm_run")).get("io").toString());
    assertEquals(
        new FieldSpan("kvm_run.io.data", 2, 0, 1), view.spans().get(view.spans().size() - 1));
    assertEquals(
        "= 0 KVM_EXIT_IO {io={direction=KVM_EXIT_IO_OUT, size=1, port=0x3f8, count=1,"
            + " data_offset=0x1000, data=34}}",
        EventText.event(run, null, ""));
  }

  @Test
  void anExitThatTheLogNamesChoosesTheMemberWithoutTheHeader() {
    Event run = returns(KvmIoctl.KVM_RUN, 0, 6);
    with(run, 32, bytes(24).putLong(0xfec0_0000L).putLong(7).putInt(4).put((byte) 1));
    assertEquals(
        "{phys_addr=0xfec00000, data=0700000000000000, len=4, is_write=1}",
        map(EventView.of(run).fields().get("kvm_run")).get("mmio").toString());
  }

  @Test
  void anUnknownExitReasonIsLeftOut() {
    EventView view = EventView.of(returns(KvmIoctl.KVM_RUN, 0, -1));
    assertEquals("{ret=0}", view.fields().toString());
    assertEquals("= 0", EventText.event(returns(KvmIoctl.KVM_RUN, 0, -1), null, ""));
    assertEquals(
        "= -1 EINVAL (Invalid argument)",
        EventText.event(returns(KvmIoctl.KVM_RUN, -22, 0), null, ""),
        "the reason is one of no exit");
  }

  @Test
  void aPointerThatTheLogDoesNotShowIsLeftOut() {
    Event get = enter(KvmIoctl.KVM_GET_REGS, 5, Event.UNKNOWN);
    EventView view = EventView.of(get);
    assertEquals("{fd=5}", view.fields().toString());
    assertEquals(List.of("arg"), view.unknown());
    assertEquals("ioctl(5, KVM_GET_REGS, ?)", EventText.enter(get, ""));
  }

  @Test
  void theVendorNamesTheSubCommand() {
    ByteBuffer command =
        bytes(24).putInt(2).putInt(0).putLong(ARGUMENT + 0x100).putInt(0).putInt(9);
    Event event = with(enter(KvmIoctl.KVM_MEMORY_ENCRYPT_OP, 4, ARGUMENT), 0, command);
    with(event, 0x100, bytes(40).putInt(0).putInt(3));
    Map<String, Object> sev = map(EventView.of(event, null, "amd").fields().get("kvm_sev_cmd"));
    assertEquals("KVM_SEV_LAUNCH_START", sev.get("id"));
    assertEquals("0x3", map(sev.get("*data")).get("policy"));
    Map<String, Object> tdx = map(EventView.of(event, null, "intel").fields().get("kvm_tdx_cmd"));
    assertEquals("KVM_TDX_INIT_VCPU", tdx.get("id"));
  }

  @Test
  void theLevelOfAnInterruptComesBackAsItsStatus() {
    Event enter =
        with(enter(KvmIoctl.KVM_IRQ_LINE_STATUS, 4, ARGUMENT), 0, bytes(8).putInt(5).putInt(1));
    assertEquals("{irq=5, level=1}", EventView.of(enter).fields().get("kvm_irq_level").toString());
    Event back = with(returns(KvmIoctl.KVM_IRQ_LINE_STATUS, 0), 0, bytes(8).putInt(-1).putInt(1));
    assertEquals(
        "{status=-1, level=1}", EventView.of(back).fields().get("kvm_irq_level").toString());
  }

  @Test
  void aJsonLineHasTheFixedKeys() {
    Map<String, Object> line = EventView.of(region()).json(0);
    assertEquals(
        List.of(
            "event", "tsc", "actor", "vm", "vcpu", "depth", "phase", "call", "family", "in", "out",
            "ret", "errno"),
        List.copyOf(line.keySet()));
    assertEquals("vmm/100", line.get("actor"));
    assertEquals(0L, line.get("vm"));
    assertNull(line.get("vcpu"));
    assertEquals("enter", line.get("phase"));
    assertEquals("ioctl", line.get("family"));

    Event enter = enter(KvmIoctl.KVM_CREATE_VCPU, 4, 0);
    Event failed = returns(KvmIoctl.KVM_CREATE_VCPU, -17);
    line = EventView.of(failed, enter, "intel").json(0);
    assertEquals(-17L, line.get("ret"));
    assertEquals("EEXIST", line.get("errno"));
    assertEquals(Map.of(), line.get("in"));
    assertEquals(Map.of(), line.get("out"));
    assertEquals(0L, line.get("vm"));
  }

  @Test
  void aStatusWordIsHexWithItsNameBeside() {
    long busy = TdxStatus.TDX_OPERAND_BUSY.with(TdxOperand.SEPT_TREE);
    Event back = returns(Seamcall.TDH_MEM_PAGE_AUG, busy, 0, 0);
    Map<String, Object> line = EventView.of(back).json(1);
    assertEquals("0x8000020000000092", line.get("ret"));
    assertEquals("TDX_OPERAND_BUSY(SEPT_TREE)", line.get("status"));
    assertNull(line.get("errno"));
    assertEquals("TDH.MEM.PAGE.AUG", line.get("call"));
    assertEquals("seamcall", line.get("family"));
  }

  @Test
  void everyCallReadsAsOneLine() {
    assertEquals(
        "ioctl(4, KVM_SET_USER_MEMORY_REGION, {slot=3, flags=KVM_MEM_READONLY,"
            + " guest_phys_addr=0x1000, memory_size=65536, userspace_addr=0x7fba16ce0000})"
            + " = -1 EINVAL (Invalid argument)",
        EventText.call(region(), returns(KvmIoctl.KVM_SET_USER_MEMORY_REGION, -22), ""));
    assertEquals(
        "ioctl(4, KVM_CREATE_VCPU, 0) = 5",
        EventText.call(
            enter(KvmIoctl.KVM_CREATE_VCPU, 4, 0), returns(KvmIoctl.KVM_CREATE_VCPU, 5), ""));
    assertEquals(
        "ioctl(3, KVM_CHECK_EXTENSION, KVM_CAP_IRQCHIP) = 1",
        EventText.call(
            enter(KvmIoctl.KVM_CHECK_EXTENSION, 3, 0),
            returns(KvmIoctl.KVM_CHECK_EXTENSION, 1),
            ""));
    assertEquals("ioctl(5, KVM_NMI)", EventText.enter(enter(KvmIoctl.KVM_NMI, 5, 0), ""));
    assertEquals("ioctl(5, KVM_NMI, 0x7)", EventText.enter(enter(KvmIoctl.KVM_NMI, 5, 7), ""));
    assertEquals(
        "ioctl(5, KVM_GET_REGS, 0x7f0000001000)",
        EventText.enter(enter(KvmIoctl.KVM_GET_REGS, 5, ARGUMENT), ""));
    assertEquals(
        "ioctl(5, KVM_?(0xAEFF), 0x1)",
        EventText.enter(enter(FileOperation.KVM_UNKNOWN_IOCTL, 5, 0xaeff, 1), ""));
    assertEquals(
        "ioctl(5, KVM_S390_UCAS_MAP, 0x1)",
        EventText.enter(enter(FileOperation.KVM_UNKNOWN_IOCTL, 5, 0x4018ae50, 1), ""));
    assertEquals(
        "TDH.MEM.PAGE.AUG(rcx=0x1000, rdx=0x2000, r8=0x3000) = TDX_SUCCESS",
        EventText.call(
            enter(Seamcall.TDH_MEM_PAGE_AUG, 6, 0x1000, 0x2000, 0x3000),
            returns(Seamcall.TDH_MEM_PAGE_AUG, 0, 0, 0),
            ""));
    assertEquals(
        "MapGPA(r12=0x8000000001000, r13=4096) = TDVMCALL_STATUS_RETRY r11=0x2000",
        EventText.call(
            enter(Tdvmcall.TDVMCALL_MAP_GPA, 0x8000000001000L, 4096),
            returns(Tdvmcall.TDVMCALL_MAP_GPA, 1, 0x2000),
            ""));
    assertEquals(
        "SEAMCALL_?(0x2F)(rax=0x2f)", EventText.enter(enter(Seamcall.SEAMCALL_UNKNOWN, 47), ""));
  }

  @Test
  void fileOperationsAndInputsReadAsOneLine() {
    Event open = enter(FileOperation.OPEN, 0x80002);
    byte[] path = "/dev/kvm".getBytes(StandardCharsets.UTF_8);
    open.copy(0, path, 0, path.length);
    assertEquals(
        "open(\"/dev/kvm\", 0x80002) = 3",
        EventText.call(open, returns(FileOperation.OPEN, 3), ""));
    Event memory = new Event().input(Input.USER_MEMORY, VMM, 5);
    memory.fields[0] = 0x7f00_0000_0000L;
    with(memory, 0, bytes(4).putInt(0x00f803ba));
    assertEquals("user_memory(addr=0x7f0000000000, bytes=ba03f800)", EventText.enter(memory, ""));
  }

  @Test
  void aRecordedStringCannotSteerTheTerminal() {
    Event open = enter(FileOperation.OPEN, 0);
    byte[] path = "/dev/\u001b[2Jkvm\n".getBytes(StandardCharsets.UTF_8);
    open.copy(0, path, 0, path.length);
    assertEquals("open(\"/dev/\\x1b[2Jkvm\\x0a\", 0x0)", EventText.enter(open, ""));
  }

  @Test
  void longListsAndByteStringsAreCutShortInText() {
    Event image = new Event().input(Input.USER_MEMORY, VMM, 5);
    with(image, 0, bytes(100_000));
    String text = EventText.enter(image, "");
    assertTrue(text.length() < 200, text);
    Object shown = EventView.of(image).fields().get("bytes");
    assertEquals(2 * EventView.MAX_RAW_BYTES, ((String) shown).length());
    assertEquals(100_000L, EventView.of(image).fields().get("length"));
  }
}
