; A program whose jumps, labels and data depend on each other; held against nasm as a whole.
org 0x7c00
PORT equ 0x3f8
COUNT equ (end - text) / 2
start:
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, start
    mov si, text
.next:
    lodsb
    test al, al
    jz .done
    call put
    jmp .next
.done:
    mov cx, COUNT
    mov bx, [table+2]
    mov dx, [bx+table]
    add word [counter], end-text
    cmp word [counter], 0x7f
    jae far_away
    jmp short skip
    times 120 nop
skip:
    jne start
    jne near start
    loop skip
    lgdt [gdtr]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    jmp 8:protected
bits 32
protected:
    mov ax, 0x10
    mov ds, ax
    mov eax, [counter]
    mov dword [eax+ecx*4+counter], 'abcd'
    push counter
    jmp .end
.end:
    hlt
    jmp .end
bits 16
put:
    push dx
    mov dx, PORT
    out dx, al
    pop dx
    ret
    times 200 db 0x90
far_away:
    jmp far_away
    jmp far dword [table]
align 8
text: db "hello", 10, 0
end:
table dw put, start, far_away, end-text
counter: dd 0
gdtr: dw gdt_end-gdt-1
    dd gdt
gdt: dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff
gdt_end:
times 1024-($-$$) db 0
dw 0xaa55
